/// An axis-aligned box in integer pixels; the top left pixel is (0, 0).
public struct BoundingBox: Sendable, Hashable {
    public let left: Int
    public let top: Int
    public let width: Int
    public let height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

extension BoundingBox {
    /// One past the last column.
    package var right: Int { left + width }

    /// One past the last row.
    package var bottom: Int { top + height }

    package func contains(x: Int, y: Int) -> Bool { x >= left && x < right && y >= top && y < bottom }

    /// The box grown by `margin` on each side, clipped to another box; nil if nothing lies inside.
    package func grown(by margin: Int, within limits: BoundingBox) -> BoundingBox? {
        let left = max(limits.left, self.left - margin), top = max(limits.top, self.top - margin)
        let right = min(limits.right, self.right + margin), bottom = min(limits.bottom, self.bottom + margin)
        guard right > left, bottom > top else { return nil }
        return BoundingBox(left: left, top: top, width: right - left, height: bottom - top)
    }

    /// The smallest box that contains both.
    package func union(_ other: BoundingBox) -> BoundingBox {
        let left = min(self.left, other.left), top = min(self.top, other.top)
        return BoundingBox(
            left: left, top: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// The intersection with another box; nil if it is empty.
    package func intersection(_ other: BoundingBox) -> BoundingBox? { grown(by: 0, within: other) }

    package func moved(x: Int, y: Int) -> BoundingBox {
        BoundingBox(left: left + x, top: top + y, width: width, height: height)
    }
}

/// Encoded as in COCO: `[left, top, width, height]`.
extension BoundingBox: Codable {
    public init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        left = try values.decode(Int.self)
        top = try values.decode(Int.self)
        width = try values.decode(Int.self)
        height = try values.decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        for value in [left, top, width, height] { try values.encode(value) }
    }
}
