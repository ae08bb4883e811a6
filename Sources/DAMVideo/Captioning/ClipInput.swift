import Imaging
import Masks
import Media
import ObjectTracking

/// An open clip, the part of it to caption, and its objects as given.
package struct ClipInput {
    package let request: ClipRequest
    package let clip: VideoClip
    /// Nil for the whole clip.
    package let span: TimeSpan?
    package let given: GivenObjects
    /// The clip's bytes; nil to read its path.
    private let file: ClipFile?

    /// The clip's path as given.
    package var path: String { request.clip }

    /// True if the clip is read from a pipe, and so only once.
    package var isReadOnce: Bool { path == "-" }

    /// Frames in the whole clip; nil if neither the index nor the header tells.
    var frameCount: Int? { clip.knownFrameCount ?? clip.info.declaredFrames }

    /// Opens clip and masks, and checks that they match.
    /// - Parameter file: the clip's bytes; nil to read the request's path.
    /// - Throws: `VideoError`, `MaskError` and `InputError` when one is missing or invalid.
    package init(_ request: ClipRequest, file: ClipFile? = nil) throws {
        self.request = request
        self.file = file
        span = try request.options.part.span()
        clip = try VideoClip(path: file?.path ?? request.clip, stillRate: request.options.part.stillRate)
        given = try GivenObjects(request.objects, settings: request.options.masks, clip: clip, name: request.clip)
        try given.masks?.validate(width: clip.info.width, height: clip.info.height, frameCount: nil)
        try given.masks?.validate(width: clip.info.width, height: clip.info.height, frameCount: frameCount)
    }

    /// Runs `body`, naming the clip in its errors as the request does.
    /// - Throws: `InputError`, and what `body` throws.
    package func naming<Result>(_ body: () throws -> Result) throws -> Result {
        try file?.naming(body) ?? InputError.translating(body)
    }

    /// Frames to caption, as far as is known before decoding. A clip without an index is taken to have evenly spaced frames up to
    /// the last one with a mask.
    func likelyPart(_ tracks: [Track]) -> Range<Int> {
        let all = 0..<(frameCount ?? (tracks.map(\.lastFrame).max() ?? 0) + 1)
        guard let span else { return all }
        if let known = clip.frameNumbers(in: span) { return known }
        let times = [span.start, span.end].map { Int(exactly: ($0 * clip.info.frameRate).rounded(.up)) ?? all.upperBound }
        return all.clamped(to: times[0]..<max(times[0], times[1]))
    }
}

/// A clip's objects after tracking, with masks for every frame that a caption may use.
package struct FollowedObjects {
    /// The given masks, together with any propagated ones.
    package let masks: any MaskSource
    /// Ascending by id.
    package let tracks: [Track]
    /// Tracks that were followed but never visible.
    package let lost: Set<TrackID>
    /// True if the objects were detected rather than given.
    package var areFound = false
    /// Detected tracks that are not captioned, because others rank higher.
    package var leftOut: [Track] = []
    /// Requested ids that no detected track has.
    package var unknown: [TrackID] = []
    /// Notes on how the objects were detected.
    package var notes: [String] = []
}
