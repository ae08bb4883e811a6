import Imaging
import Masks

/// One object over a clip: a box or mask for each frame in which it is visible.
package struct Trajectory<Place: TrackedPlace>: Sendable {
    package let id: TrackID
    /// By 0-based frame.
    package var places: [Int: Place]

    package init(id: TrackID, places: [Int: Place]) {
        self.id = id
        self.places = places
    }
}

/// Extent of an object in a frame.
package protocol TrackedPlace: Sendable {
    /// Intersection over union, 0...1.
    func similarity(to other: Self) -> Double
}

extension Rectangle: TrackedPlace {
    /// Computed from the edges, like TrackEval, and not from width and height, so that an overlap within rounding of a threshold
    /// falls on the same side (with fractional coordinates, that is one in eight of those).
    package func similarity(to other: Rectangle) -> Double {
        let own = (right - left) * (bottom - top)
        let others = (other.right - other.left) * (other.bottom - other.top)
        let common = commonArea(with: other), all = own + others - common
        let least = Double.ulpOfOne
        return own > least && others > least && all > least ? common / all : 0
    }
}

extension StoredMask: TrackedPlace {
    package func similarity(to other: StoredMask) -> Double {
        let common = commonPixels(with: other)
        return Double(common) / Double(area + other.area - common)
    }
}
