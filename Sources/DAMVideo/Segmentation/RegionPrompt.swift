import Imaging
import SegmentAnything

/// What one object is pointed at with, in pixels of the picture: points on it, points beside it, a box around it.
public struct RegionPrompt: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public let x: Double
        public let y: Double
        /// Whether it lies on the object; else it says what does not belong to it.
        public let isForeground: Bool

        public init(x: Double, y: Double, isForeground: Bool = true) {
            self.x = x
            self.y = y
            self.isForeground = isForeground
        }
    }

    public let points: [Point]
    public let box: BoundingBox?

    public init(points: [Point] = [], box: BoundingBox? = nil) {
        self.points = points
        self.box = box
    }

    var prompt: PicturePrompt {
        PicturePrompt(
            points: points.map { PicturePrompt.Point(x: $0.x, y: $0.y, isForeground: $0.isForeground) }, box: box)
    }
}
