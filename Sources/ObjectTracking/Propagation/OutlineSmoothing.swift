import Imaging
import Parallelism

/// Bonds of `OutlineSmoothing`. The most important are measured in the tests' PropagationConstants.md.
package enum SmoothingConstants {
    /// Weight of a neighbour's say within a surface: more makes outlines smoother and thin limbs vanish.
    package static let strength: Float = 1.6
    /// Share of that across the sharpest edge: less follows edges more, also those within the object.
    package static let edgeShare: Float = 0.1
    /// Rounds of inference: each costs time, and passes a pixel's say one pixel on.
    package static let rounds = 8
}

/// Makes neighbouring pixels of like colour agree: mean-field inference in a grid of pairwise terms that weigh less
/// across edges. Source: contrast-sensitive Potts model of Boykov and Jolly, 2001; solved as Krähenbühl and Koltun,
/// arXiv 1210.5644, do, with four neighbours instead of all.
enum OutlineSmoothing {
    private typealias Constant = SmoothingConstants

    /// - Parameter odds: log-odds of each pixel by itself.
    /// - Returns: the chance of each pixel, 0...1.
    static func smoothed(_ odds: Plane<Float>, frame: WorkingFrame) -> Plane<Float> {
        let bonds = Bonds(odds.box, frame)
        let start = odds.mutableCopy()
        toFields(start.row(odds.box.top).pointer, odds.count)
        var state = start.finished()
        for _ in 0..<Constant.rounds {
            let next = MutablePlane<Float>(odds.box)
            Parallel.fixedRanges(odds.box.height, minimum: 64) { rows in
                for row in rows { update(row, odds, bonds, state, into: next) }
            }
            state = next.finished()
        }
        return state.mapped { ($0 + 1) / 2 }
    }

    /// One round for one row of the box: each pixel's mean field, -1...1, from its own odds and its neighbours' fields.
    private static func update(
        _ row: Int, _ odds: Plane<Float>, _ bonds: Bonds, _ state: Plane<Float>,
        into result: borrowing MutablePlane<Float>
    ) {
        let width = odds.box.width, left = odds.box.left, y = odds.box.top + row
        let own = odds.pointer(left, y), fields = state.pointer(left, y), right = bonds.right.pointer(left, y)
        let fieldsAfter = fields + 1, sums = result.row(y).pointer, sumsAfter = sums + 1
        sums.update(from: own, count: width)
        for column in 0..<width - 1 { sumsAfter[column] += right[column] * fields[column] }
        for column in 0..<width - 1 { sums[column] += right[column] * fieldsAfter[column] }
        if row > 0 {
            let bonds = bonds.below.pointer(left, y - 1), above = state.pointer(left, y - 1)
            for column in 0..<width { sums[column] += bonds[column] * above[column] }
        }
        if y + 1 < odds.box.bottom {
            let bonds = bonds.below.pointer(left, y), below = state.pointer(left, y + 1)
            for column in 0..<width { sums[column] += bonds[column] * below[column] }
        }
        toFields(sums, width)
    }

    /// Turns log-odds into the fields they stand for, -1...1.
    private static func toFields(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
        inGroups(values, count) { 2 * logistic($0) - 1 }
    }

    /// Weights of the bonds from each pixel to its right and its lower neighbour: `strength` within a surface, a share of
    /// it across an edge.
    private struct Bonds {
        let right: Plane<Float>
        let below: Plane<Float>

        init(_ box: BoundingBox, _ frame: WorkingFrame) {
            let right = MutablePlane<Float>(box, repeating: 0), below = MutablePlane<Float>(box, repeating: 0)
            var total: Float = 0
            for y in box.top..<box.bottom {
                for x in box.left..<box.right {
                    let colour = frame.rgb[x, y], place = right.place(x, y)
                    if x + 1 < box.right { right[place] = Float(colour.squaredDistance(to: frame.rgb[x + 1, y])) }
                    if y + 1 < box.bottom { below[place] = Float(colour.squaredDistance(to: frame.rgb[x, y + 1])) }
                    total += right[place] + below[place]
                }
            }
            // The mean squared difference of neighbours is the unit.
            let scale = -Float(right.indices.count) / (total + 1)
            Self.toWeights(right.row(box.top).pointer, right.indices.count, scale)
            Self.toWeights(below.row(box.top).pointer, below.indices.count, scale)
            self.right = right.finished()
            self.below = below.finished()
        }

        /// Turns squared differences into weights of bonds across them.
        /// - Parameter scale: negative, 1 over the mean.
        private static func toWeights(_ differences: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float) {
            inGroups(differences, count) {
                Constant.strength * (Constant.edgeShare + (1 - Constant.edgeShare) * exponential(scale * $0))
            }
        }
    }
}
