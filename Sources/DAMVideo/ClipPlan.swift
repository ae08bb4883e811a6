import DescribeAnything
import MaskTracking
import VideoDecoding

/// What captioning a clip comes to, found without decoding more than its first frame and without the model: the clip, its
/// masks, the tracks and the frames each is looked at in. `VideoCaptioner.caption` completes it with what it finds on its
/// way: masks that were propagated, and another end of the clip than its file claims.
public struct ClipPlan {
    /// The clip's path as given.
    public let path: String
    package let clip: VideoClip
    /// The part of the clip that counts; nil for all of it.
    package let span: TimeSpan?
    package let options: ClipOptions
    /// How answers are drawn.
    package let captioning: CaptionOptions
    /// What the model is asked, a place for each frame included.
    package let query: String
    /// Frames per caption.
    package let frames: Int
    /// Cuts a frame to the two views the model sees.
    package let imageProcessor: ImageProcessor
    /// As they were read.
    package let givenMasks: any MaskSource
    /// Those that are used: the given ones, or with them those propagated.
    package private(set) var masks: any MaskSource
    package private(set) var sampling: SamplingPlan

    /// Frames of the whole clip as far as the file tells.
    var frameCount: Int? { clip.frameCount ?? clip.info.declaredFrames }

    /// Whether the clip comes through a pipe: nothing of it can be looked at twice.
    var isReadOnce: Bool { path == "-" }

    /// - Parameters:
    ///   - clip, masks: paths.
    ///   - model: tells how many frames a caption looks at, and at which size.
    /// - Throws: `DAMVideoError`, `VideoError` and `MaskTrackingError` when clip or masks are missing or bad, or the options
    ///   do not fit them.
    init(
        clip path: String, masks: String, captioning: CaptionOptions, options: ClipOptions,
        model: DescribeAnythingModel
    ) throws {
        try captioning.validate()
        frames = options.frames ?? model.configuration.videoFrames
        guard (1...4096).contains(frames) else { throw DAMVideoError(.usage, "frames \(frames): expected 1 to 4096") }
        query = try captioning.question(frames: frames, default: Conversation.videoQuery(frames: frames))
        span = try options.span()
        clip = try VideoClip(path: path, stillRate: options.stillRate)
        let size = clip.info.size
        givenMasks = try MaskSources.open(masks, settings: options.masks, clip: ClipFacts(path: path, size: size))
        try givenMasks.validate(width: size.width, height: size.height, frameCount: nil)
        let count = clip.frameCount ?? clip.info.declaredFrames
        try givenMasks.validate(width: size.width, height: size.height, frameCount: count)
        let tracks = try Self.tracks(options.tracks, of: givenMasks)
        let all = 0..<(count ?? (tracks.map(\.lastFrame).max() ?? 0) + 1)
        sampling = SamplingPlan(
            tracks, options.sampling, frames: frames,
            part: span.map { [clip] in clip.frameNumbers(in: $0) ?? all.likely(in: $0, clip.info.frameRate) } ?? all)
        (self.path, self.captioning, self.options) = (path, captioning, options)
        self.masks = givenMasks
        imageProcessor = model.imageProcessor
    }

    /// Uses other masks of the same tracks.
    mutating func use(_ masks: any MaskSource) throws {
        self.masks = masks
        sampling = SamplingPlan(
            try Self.tracks(options.tracks, of: masks), options.sampling, frames: frames, part: sampling.part)
    }

    /// Samples anew from the frames the clip turned out to have.
    mutating func use(part: Range<Int>) {
        sampling = SamplingPlan(sampling.tracks.map(\.track), options.sampling, frames: frames, part: part)
    }

    private static func tracks(_ ids: [TrackID]?, of masks: any MaskSource) throws -> [Track] {
        try ids.map { try Set($0).sorted().map(masks.track) } ?? masks.tracks
    }
}

extension Range<Int> {
    /// Those of a clip's frames that are in a part of it when they follow one another evenly.
    fileprivate func likely(in span: TimeSpan, _ frameRate: Double) -> Range {
        let times = [span.start, span.end].map { Int(exactly: ($0 * frameRate).rounded(.up)) ?? upperBound }
        return clamped(to: times[0]..<Swift.max(times[0], times[1]))
    }
}
