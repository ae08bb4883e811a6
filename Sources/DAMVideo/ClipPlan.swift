import DescribeAnything
import Imaging
import Masks
import Media
import ObjectTracking

/// What captioning a clip comes to, found without decoding more than its first frame and without the model: the clip, its
/// masks, the tracks and the frames each is looked at in. `VideoCaptioner.caption` completes it with what it finds on its
/// way: masks that were propagated, and another end of the clip than its file claims.
public struct ClipPlan {
    public let request: ClipRequest
    package let clip: VideoClip
    /// The part of the clip that counts; nil for all of it.
    package let span: TimeSpan?
    /// How answers are drawn.
    package let captioning: CaptionOptions
    /// What the model is asked, a place for each frame included.
    package let query: String
    /// Frames per caption.
    package let frames: Int
    /// Cuts a frame to the two views the model sees.
    package let imageProcessor: ImageProcessor
    package let given: GivenObjects
    /// Those that are used: the given ones, or with them those propagated; nil before any is made of prompts.
    package private(set) var masks: (any MaskSource)?
    package private(set) var sampling: SamplingPlan
    /// Tracks whose masks are too few to sample them from, so that they are to be propagated.
    package let propagated: Set<TrackID>
    /// What propagates them; nil to do it without a model.
    let segmentation: SegmentationModel?
    /// Tracks that were looked for and not found.
    private var lost: Set<TrackID> = []

    /// Frames of the whole clip as far as the file tells.
    var frameCount: Int? { clip.frameCount ?? clip.info.declaredFrames }

    /// The clip's path as given.
    package var path: String { request.clip }

    package var options: ClipOptions { request.options }

    /// Whether the clip comes through a pipe: nothing of it can be looked at twice.
    var isReadOnce: Bool { path == "-" }

    /// - Parameters:
    ///   - model: tells how many frames a caption looks at, and at which size.
    ///   - segmentation: SAM 2, where the request wants it.
    /// - Throws: `InputError`, `VideoError` and `MaskError` when clip or masks are missing or bad, or the options
    ///   do not fit them.
    package init(
        _ request: ClipRequest, _ captioning: CaptionOptions, model: DescribeAnythingModel, segmentation: SegmentationModel?
    ) throws {
        let options = request.options
        (self.request, self.captioning) = (request, captioning)
        (frames, query) = try Self.question(options, captioning, model)
        span = try options.part.span()
        clip = try VideoClip(path: request.clip, stillRate: options.part.stillRate)
        let size = clip.info.size
        let count = clip.frameCount ?? clip.info.declaredFrames
        if case .prompts(let prompts) = request.objects, segmentation == nil || prompts.isEmpty {
            throw InputError(.usage, "found points or boxes to segment from, expected one at least, and SAM 2 to do it with")
        }
        given = try GivenObjects(request.objects, settings: options.masks, clip: clip)
        try given.masks?.validate(width: size.width, height: size.height, frameCount: nil)
        try given.masks?.validate(width: size.width, height: size.height, frameCount: count)
        self.segmentation = segmentation
        let tracks = try Self.tracks(options.tracks, of: given, path: request.clip)
        let all = 0..<(count ?? (tracks.map(\.lastFrame).max() ?? 0) + 1)
        let part = span.map { [clip] in clip.frameNumbers(in: $0) ?? all.likely(in: $0, clip.info.frameRate) } ?? all
        sampling = SamplingPlan(tracks, options.sampling, frames: frames, part: part)
        let given = given
        let need = given.masks.map { [frames] in PropagationNeed(masks: $0, sampling: options.sampling, frames: frames, part: part) }
        propagated = Set(tracks.map(\.id).filter { track in need.map { options.propagates && $0.holds(track) } ?? true })
        masks = given.masks
        imageProcessor = model.imageProcessor
        if isReadOnce, let track = propagated.min() {
            throw InputError(
                .usage, "\(clip.path): found masks of track \(track) on too few frames, and carrying them to others "
                    + "reads the clip more than once, expected a file\(given.masks == nil ? "" : ", or --no-propagate")")
        }
    }

    /// How many frames the model is shown of a track, and what it is asked about them.
    static func question(
        _ options: ClipOptions, _ captioning: CaptionOptions, _ model: DescribeAnythingModel
    ) throws -> (frames: Int, query: String) {
        try captioning.validate()
        let frames = options.frames ?? model.configuration.videoFrames
        guard (1...4096).contains(frames) else { throw InputError(.usage, "frames \(frames): expected 1 to 4096") }
        return (frames, try captioning.question(frames: frames, default: Conversation.videoQuery(frames: frames)))
    }

    /// Uses masks that were propagated, of the tracks that need them.
    mutating func use(propagated source: any MaskSource) {
        masks = source
        let found = Dictionary(uniqueKeysWithValues: source.tracks.map { ($0.id, $0) })
        let tracks = sampling.tracks.map(\.track).map { propagated.contains($0.id) ? found[$0.id] ?? $0 : $0 }
        lost = Set(propagated.filter { found[$0] == nil })
        sampling = sampling(of: tracks, part: sampling.part)
    }

    /// Samples anew from the frames the clip turned out to have.
    mutating func use(part: Range<Int>) {
        sampling = sampling(of: sampling.tracks.map(\.track), part: part)
    }

    private func sampling(of tracks: [Track], part: Range<Int>) -> SamplingPlan {
        SamplingPlan(tracks, options.sampling, frames: frames, part: part, lost: lost)
    }

    private static func tracks(_ ids: [TrackID]?, of objects: GivenObjects, path: String) throws -> [Track] {
        try ids.map { try Set($0).sorted().map { try objects.track($0, path: path) } } ?? objects.tracks
    }
}

extension Range<Int> {
    /// Those of a clip's frames that are in a part of it when they follow one another evenly.
    fileprivate func likely(in span: TimeSpan, _ frameRate: Double) -> Range {
        let times = [span.start, span.end].map { Int(exactly: ($0 * frameRate).rounded(.up)) ?? upperBound }
        return clamped(to: times[0]..<Swift.max(times[0], times[1]))
    }
}
