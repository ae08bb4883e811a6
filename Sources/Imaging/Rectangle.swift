/// An axis-aligned box with fractional coordinates, as from detectors and annotators; (0, 0) is the image's top left corner. It
/// may extend beyond the image.
public struct Rectangle: Sendable, Hashable {
    public var left: Double
    public var top: Double
    public var width: Double
    public var height: Double

    public init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    public init(_ box: BoundingBox) {
        self.init(left: Double(box.left), top: Double(box.top), width: Double(box.width), height: Double(box.height))
    }
}

extension Rectangle {
    package var right: Double { left + width }

    package var bottom: Double { top + height }

    package var area: Double { max(0, width) * max(0, height) }

    /// Area of the intersection; 0 if they do not overlap.
    package func commonArea(with other: Rectangle) -> Double {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        return width > 0 && height > 0 ? width * height : 0
    }

    /// Intersection over union, 0...1; 0 for boxes without an area.
    package func overlap(with other: Rectangle) -> Double {
        let common = commonArea(with: other), all = area + other.area - common
        return all > 0 ? common / all : 0
    }

    package func moved(x: Double, y: Double) -> Rectangle {
        Rectangle(left: left + x, top: top + y, width: width, height: height)
    }

    /// The pixels whose centres lie inside, clipped to an image; nil if there are none.
    package func pixels(in picture: PictureSize) -> BoundingBox? {
        let limits = BoundingBox(left: 0, top: 0, width: picture.width, height: picture.height)
        // Clamped first, because distant coordinates may not fit an integer.
        let edges = [left, top, right, bottom].map { Int((min(max($0, -1e6), 1e6) - 0.5).rounded(.up)) }
        guard edges[2] > edges[0], edges[3] > edges[1] else { return nil }
        return BoundingBox(left: edges[0], top: edges[1], width: edges[2] - edges[0], height: edges[3] - edges[1])
            .intersection(limits)
    }
}
