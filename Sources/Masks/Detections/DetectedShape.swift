import Imaging

/// Outline of an object as given by its source.
enum DetectedShape {
    /// Only a box.
    case box
    case region(Segmentation)
    case mask(StoredMask)

    init(_ segmentation: Segmentation) {
        if case .none = segmentation { self = .box } else { self = .region(segmentation) }
    }

    /// A polygon with alternating x and y in pixels, and its box.
    /// - Throws: `InputError` for fewer than three corners, or an odd number of coordinates.
    static func polygon(_ corners: [Double]) throws(InputError) -> (shape: DetectedShape, box: Rectangle) {
        guard corners.count >= 6, corners.count % 2 == 0 else {
            throw InputError(found: "a polygon of \(corners.count) numbers", expected: "pairs, at least three")
        }
        guard let box = Rectangle(around: corners) else {
            throw InputError(found: "a polygon with a number beyond any picture", expected: "pixels")
        }
        return (.region(.polygons([corners])), box)
    }

    /// Union of an object's shapes.
    /// - Parameter size: image size; nil if unknown, which only polygons allow.
    /// - Throws: `InputError` for invalid regions.
    static func union(
        _ parts: [(shape: DetectedShape, box: Rectangle)], size: PictureSize?
    ) throws(InputError) -> (shape: DetectedShape, box: Rectangle) {
        guard let first = parts.first else { throw InputError(found: "an object without shapes", expected: "at least one") }
        guard parts.count > 1 else { return first }
        guard let box = Rectangle(around: parts.flatMap { [$0.box.left, $0.box.top, $0.box.right, $0.box.bottom] }) else { return first }
        var polygons: [[Double]] = []
        for part in parts {
            switch part.shape {
            case .region(.polygons(let corners)): polygons += corners
            case .box: polygons.append([part.box.left, part.box.top, part.box.width, part.box.height])
            default:
                guard let size else { throw InputError(found: "masks, but no picture size", expected: "both") }
                var all: StoredMask?
                for part in parts {
                    guard let mask = try part.shape.stored(part.box, size: size) else { continue }
                    all = all?.joined(with: mask) ?? mask
                }
                return (all.map(DetectedShape.mask) ?? .box, box)
            }
        }
        return (.region(.polygons(polygons)), box)
    }

    /// The mask; that of a box consists of the pixels whose centres lie inside.
    /// - Parameter size: image size.
    /// - Returns: nil for a shape without pixels in the image.
    /// - Throws: `InputError` for an invalid region.
    private func stored(_ box: Rectangle, size: PictureSize) throws(InputError) -> StoredMask? {
        switch self {
        case .mask(let mask): return mask
        case .region(let segmentation):
            var isUnescaped = false
            return try segmentation.region(size: size, isUnescaped: &isUnescaped).flatMap(StoredMask.init)
        case .box:
            guard let pixels = box.pixels(in: size) else { return nil }
            let mask = Mask(width: pixels.width, height: pixels.height, pixels: [UInt8](repeating: 1, count: pixels.width * pixels.height))
            return StoredMask(mask, left: pixels.left, top: pixels.top, in: size)
        }
    }

    /// The bounding box of the outline; nil for a shape that is only a box, or an empty outline.
    /// - Throws: `InputError` for an invalid region.
    var box: Rectangle? {
        get throws {
            switch self {
            case .box: return nil
            case .mask(let mask): return Rectangle(mask.box)
            case .region(.polygons(let parts)):
                // Four numbers are a box, as in COCO.
                return Rectangle(around: parts.flatMap { $0.count == 4 ? [$0[0], $0[1], $0[0] + $0[2], $0[1] + $0[3]] : $0 })
            case .region(let segmentation):
                guard let size = segmentation.size else { return nil }
                var isUnescaped = false
                return try segmentation.region(size: size, isUnescaped: &isUnescaped)?.boundingBox.map { Rectangle($0) }
            }
        }
    }
}

extension Rectangle {
    /// The bounding box of points with alternating x and y; nil without points or for numbers out of range.
    init?(around points: [Double]) {
        guard points.count >= 2, points.allSatisfy({ abs($0) <= 1e9 }) else { return nil }
        let across = stride(from: 0, to: points.count - 1, by: 2).map { points[$0] }
        let down = stride(from: 1, to: points.count, by: 2).map { points[$0] }
        guard let left = across.min(), let right = across.max(), let top = down.min(), let bottom = down.max() else { return nil }
        self.init(left: left, top: top, width: right - left, height: bottom - top)
    }
}
