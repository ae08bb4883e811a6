import Masks

/// Outcome of a detection in the association.
package enum DetectionFate: Sendable, Equatable {
    /// The first detection of a track.
    case began(TrackID)
    /// A later detection of a track.
    case matched(TrackID)
    /// Shows the same object as another detection of the frame, given by index.
    case duplicate(of: Int)
    /// Not confirmed by others: seen too briefly, too rarely, or only with low scores.
    case unconfirmed
    /// Below the score at which this source's detections are meaningful, and not needed by any track.
    case weak
    /// Excluded by the choice of labels.
    case otherLabel
    /// Excluded by the score threshold.
    case belowScore
    /// On a frame outside the selected part of the clip.
    case outside
    /// Without area, or entirely outside the image.
    case empty
}
