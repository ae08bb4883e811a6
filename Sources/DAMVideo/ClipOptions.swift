import MaskTracking
import VideoDecoding

/// Which of a clip's frames and tracks are captioned.
public struct ClipOptions: Sendable, Equatable {
    /// Tracks to caption; nil for all.
    public var tracks: [TrackID]?
    /// How the masks are read.
    public var masks = MaskSettings()
    public var sampling = FrameSampling.track
    /// Frames per caption; nil for as many as the model was trained on.
    public var frames: Int?
    /// Whether masks given on a few frames are carried to the others.
    public var propagates = false
    /// Seconds from the start of the clip: what comes before does not count.
    public var start: Double = 0
    /// Seconds from there: what comes after does not count; nil for the rest of the clip.
    public var duration: Double?
    /// Frames a second when the clip is a series of stills.
    public var stillRate: Double = 25

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
