import Imaging
import Masks

/// An object found by detections, on the frames from its first to its last.
package struct DetectedTrack: Sendable, Equatable {
    package let id: TrackID
    /// The label with the most votes weighted by score; nil if there are no labels.
    package let label: String?
    /// By frame, in the clip's pixels; may extend beyond the image.
    package let boxes: [Int: Rectangle]
    /// By frame, the index of its detection.
    package let detections: [Int: Int]

    package var firstFrame: Int { boxes.keys.min() ?? 0 }
}

/// Tracks of a clip's detections, and the fate of each detection.
package struct DetectedTracks: Sendable, Equatable {
    /// In order of their ids.
    package let tracks: [DetectedTrack]
    /// Fate of each detection, in order.
    package let fates: [DetectionFate]
}
