import Imaging
import Masks
import Media
import ObjectTracking

/// A clip that is open, the part of it that counts, and its objects as they were given.
package struct ClipInput {
    package let request: ClipRequest
    package let clip: VideoClip
    /// Nil for the whole clip.
    package let span: TimeSpan?
    package let given: GivenObjects
    /// The clip's bytes, where they are not at its path.
    private let file: ClipFile?

    /// The clip's path as given.
    package var path: String { request.clip }

    /// True if the clip comes through a pipe, so that nothing of it can be looked at twice.
    package var isReadOnce: Bool { path == "-" }

    /// Frames of the whole clip as far as the file tells.
    var frameCount: Int? { clip.knownFrameCount ?? clip.info.declaredFrames }

    /// Opens clip and masks, and checks that they fit.
    /// - Parameter file: the clip's bytes; nil for those at the request's path.
    /// - Throws: `VideoError`, `MaskError` and `InputError` when one is missing or bad.
    package init(_ request: ClipRequest, file: ClipFile? = nil) throws {
        self.request = request
        self.file = file
        span = try request.options.part.span()
        clip = try VideoClip(path: file?.path ?? request.clip, stillRate: request.options.part.stillRate)
        given = try GivenObjects(request.objects, settings: request.options.masks, clip: clip, name: request.clip)
        try given.masks?.validate(width: clip.info.width, height: clip.info.height, frameCount: nil)
        try given.masks?.validate(width: clip.info.width, height: clip.info.height, frameCount: frameCount)
    }

    /// Runs `body`; errors name the clip as the request does.
    /// - Throws: `InputError`, and what `body` throws.
    package func naming<Result>(_ body: () throws -> Result) throws -> Result {
        try file?.naming(body) ?? InputError.translating(body)
    }

    /// The frames that count, as far as is known before decoding: of a clip without an index, as if they followed one
    /// another evenly up to the last frame with a mask.
    func likelyPart(_ tracks: [Track]) -> Range<Int> {
        let all = 0..<(frameCount ?? (tracks.map(\.lastFrame).max() ?? 0) + 1)
        guard let span else { return all }
        if let known = clip.frameNumbers(in: span) { return known }
        let times = [span.start, span.end].map { Int(exactly: ($0 * clip.info.frameRate).rounded(.up)) ?? all.upperBound }
        return all.clamped(to: times[0]..<max(times[0], times[1]))
    }
}

/// A clip's objects once they were followed: masks for every frame a caption may look at.
package struct FollowedObjects {
    /// The given masks, or with them those that were propagated.
    package let masks: any MaskSource
    /// Ascending by id.
    package let tracks: [Track]
    /// Tracks that were looked for and not found.
    package let lost: Set<TrackID>
    /// True if they were found, and not given.
    package var areFound = false
    /// Found tracks that are not captioned, because others are more important.
    package var leftOut: [Track] = []
    /// Numbers that were asked for and are no found track's.
    package var unknown: [TrackID] = []
    /// Lines to know about how they were found.
    package var notes: [String] = []
}
