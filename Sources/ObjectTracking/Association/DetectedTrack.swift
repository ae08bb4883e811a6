import Imaging
import Masks

/// An object that detections show, over the frames from its first detection to its last.
package struct DetectedTrack: Sendable, Equatable {
    package let id: TrackID
    /// The label most of its detections have, by their scores; nil if none has one.
    package let label: String?
    /// By frame, in pixels of the clip; may reach beyond the picture.
    package let boxes: [Int: Rectangle]
    /// By frame, the place of its detection among all.
    package let detections: [Int: Int]

    package var firstFrame: Int { boxes.keys.min() ?? 0 }
}

/// Tracks of a clip's detections, and what became of each detection.
package struct DetectedTracks: Sendable, Equatable {
    /// In the order of their ids.
    package let tracks: [DetectedTrack]
    /// Fate of each detection, in their order.
    package let fates: [DetectionFate]
}
