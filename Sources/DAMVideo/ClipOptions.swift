import MaskTracking
import VideoDecoding

/// A clip to be captioned.
public struct ClipRequest: Sendable, Equatable, Codable {
    /// Path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    public var clip: String
    /// File or folder of its masks, in any layout of `MaskFormat`.
    public var masks: String
    public var options: ClipOptions

    public init(clip: String, masks: String, options: ClipOptions = ClipOptions()) {
        self.clip = clip
        self.masks = masks
        self.options = options
    }
}

/// Which of a clip's frames and tracks are captioned.
public struct ClipOptions: Sendable, Equatable, Codable {
    /// Tracks to caption; nil for all.
    public var tracks: [TrackID]?
    /// How the masks are read.
    public var masks = MaskSettings()
    public var sampling = FrameSampling.track
    /// Frames per caption; nil for as many as the model was trained on.
    public var frames: Int?
    /// Whether masks that a track has on a few frames only are carried to the others.
    public var propagates = true
    /// Seconds from the start of the clip: what comes before does not count.
    public var start: Double = 0
    /// Seconds from there: what comes after does not count; nil for the rest of the clip.
    public var duration: Double?
    /// Frames a second when the clip is a series of stills.
    public var stillRate: Double = 25
    /// Whether the document has the mask of each sampled frame.
    public var includesMasks = false

    enum CodingKeys: String, CodingKey {
        case tracks, masks, sampling, frames, propagates, start, duration
        case stillRate = "still_rate"
        case includesMasks = "with_masks"
    }

    public init() {}

    /// The part of the clip that counts; nil for all of it.
    /// - Throws: `DAMVideoError` when there is no such part.
    func span() throws -> TimeSpan? {
        guard start != 0 || duration != nil else { return nil }
        if let span = TimeSpan(start: start, duration: duration) { return span }
        throw DAMVideoError(
            .usage, "start \(start)\(duration.map { ", duration \($0)" } ?? ""): expected seconds, a duration above 0")
    }
}
