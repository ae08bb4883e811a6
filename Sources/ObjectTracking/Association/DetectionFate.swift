import Masks

/// Fate of a detection.
package enum DetectionFate: Sendable, Equatable {
    /// The first of a track.
    case began(TrackID)
    /// One of a track's others.
    case matched(TrackID)
    /// Shows the object that another detection of the frame shows, which is given by its place among all detections.
    case duplicate(of: Int)
    /// Not confirmed by others: seen for too short a time, too seldom, or with low scores throughout.
    case unconfirmed
    /// Below the score at which this source's detections show something, and needed by no track.
    case weak
    /// Left out by the choice of labels.
    case otherLabel
    /// Left out by the least score.
    case belowScore
    /// On a frame outside the part of the clip that counts.
    case outside
    /// Without an area, or no part of it in the picture.
    case empty
}
