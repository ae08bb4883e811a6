import Imaging

/// A region drawn on one frame of a clip, in its pixels.
public struct Region: Sendable, Equatable, Codable {
    public enum Shape: Sendable, Equatable, Codable {
        case box(BoundingBox)
        /// Corners in order; the last joins the first. A pixel is inside if its centre is (even-odd rule).
        case polygon([Point])
    }

    public struct Point: Sendable, Equatable, Codable {
        public let x: Double
        public let y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    public let shape: Shape
    /// Zero-based.
    public let frame: Int

    public init(_ shape: Shape, frame: Int) {
        self.shape = shape
        self.frame = frame
    }
}

extension Region.Shape {
    /// A polygon from its corners' coordinates, with alternating x and y.
    /// - Throws: `InputError` of category `usage` for fewer than three corners, an odd number of values, or one out of range.
    public static func polygon(coordinates: [Double]) throws -> Region.Shape {
        guard coordinates.count >= 6, coordinates.count % 2 == 0, coordinates.allSatisfy({ abs($0) < 1e6 }) else {
            throw InputError(.usage, "polygon of \(coordinates.count) numbers: expected x,y of three corners or more")
        }
        return .polygon(stride(from: 0, to: coordinates.count, by: 2).map {
            Region.Point(x: coordinates[$0], y: coordinates[$0 + 1])
        })
    }
}
