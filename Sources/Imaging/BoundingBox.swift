/// An axis-aligned box in whole pixels; the left top pixel is (0, 0).
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

/// Written as COCO writes boxes: `[left, top, width, height]`.
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
