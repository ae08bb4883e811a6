/// Distance of each pixel near an object from its edge, for drawing outlines. Covers the object's box with a margin, not the
/// whole image.
///
/// Distances are those of a 3-4 chamfer (within 8 % of Euclidean). Source: Borgefors, "Distance transformations in digital
/// images", 1986.
package struct Outline: Sendable, Equatable {
    /// Units per pixel.
    package static let unit = 6
    fileprivate static let diagonal: Int16 = 8
    /// A distance beyond anything drawn.
    private static let far: Int16 = 2000

    /// The covered box; extends beyond the image if the object touches its edge.
    package let box: BoundingBox
    /// `[box.height, box.width]`: positive inside, negative outside, `unit` per pixel; half a pixel next to the edge.
    package let distances: [Int16]

    /// - Parameter margin: width in pixels around the object that may be drawn on.
    /// - Returns: nil for an empty mask.
    package init?(_ mask: Mask, margin: Int) {
        guard let object = mask.boundingBox else { return nil }
        let box = BoundingBox(
            left: object.left - margin, top: object.top - margin, width: object.width + 2 * margin,
            height: object.height + 2 * margin)
        self.box = box
        var inside = [Bool](repeating: false, count: box.width * box.height)
        mask.pixels.withUnsafeBufferPointer { pixels in
            for row in object.top..<object.bottom {
                for column in object.left..<object.right where pixels[row * mask.width + column] != 0 {
                    inside[(row - box.top) * box.width + column - box.left] = true
                }
            }
        }
        distances = Self.distances(inside, width: box.width, height: box.height)
    }

    private static func distances(_ inside: [Bool], width: Int, height: Int) -> [Int16] {
        var result = [Int16](repeating: far, count: inside.count)
        inside.withUnsafeBufferPointer { inside in
            result.withUnsafeMutableBufferPointer { distance in
                let transform = DistanceTransform(inside: inside, distance: distance, width: width, height: height)
                transform.markEdges()
                transform.sweepDown()
                transform.sweepUp()
                for index in distance.indices where !inside[index] { distance[index] = -distance[index] }
            }
        }
        return result
    }
}

/// Distances to the nearest edge between inside and outside, computed in two sweeps.
private struct DistanceTransform {
    let inside: UnsafeBufferPointer<Bool>
    let distance: UnsafeMutableBufferPointer<Int16>
    let width: Int
    let height: Int

    private static let unit = Int16(Outline.unit)

    /// Sets pixels on either side of an edge to half a pixel.
    func markEdges() {
        for row in 0..<height {
            for column in 0..<width {
                let index = row * width + column
                if column + 1 < width, inside[index] != inside[index + 1] {
                    (distance[index], distance[index + 1]) = (3, 3)
                }
                if row + 1 < height, inside[index] != inside[index + width] {
                    (distance[index], distance[index + width]) = (3, 3)
                }
            }
        }
    }

    /// Sweeps from the top left, using neighbours to the left and above.
    func sweepDown() {
        let unit = Self.unit, diagonal = Outline.diagonal
        for row in 0..<height {
            for column in 0..<width {
                let index = row * width + column
                if column > 0 { lower(index, index - 1, unit) }
                guard row > 0 else { continue }
                lower(index, index - width, unit)
                if column > 0 { lower(index, index - width - 1, diagonal) }
                if column + 1 < width { lower(index, index - width + 1, diagonal) }
            }
        }
    }

    /// Sweeps from the bottom right, using neighbours to the right and below.
    func sweepUp() {
        let unit = Self.unit, diagonal = Outline.diagonal
        for row in (0..<height).reversed() {
            for column in (0..<width).reversed() {
                let index = row * width + column
                if column + 1 < width { lower(index, index + 1, unit) }
                guard row + 1 < height else { continue }
                lower(index, index + width, unit)
                if column + 1 < width { lower(index, index + width + 1, diagonal) }
                if column > 0 { lower(index, index + width - 1, diagonal) }
            }
        }
    }

    private func lower(_ index: Int, _ other: Int, _ step: Int16) {
        distance[index] = min(distance[index], distance[other] + step)
    }
}
