import Imaging

/// Sizes of the pieces that `withoutSpecks` removes.
package enum SpeckConstants {
    /// Share of the largest piece's pixels below which a piece may be a speck: more removes parts behind a pole.
    package static let share = 0.15
    /// Divisor of the longer side of the largest piece's box that gives the distance from it, in pixels, of a speck.
    package static let marginPart = 10
    package static let smallestMargin = 2
    /// Pixels below which a piece is a speck wherever it is.
    package static let smallest = 6
}

extension Plane<Float> {
    /// A copy without the small pieces that lie apart from the largest one, left behind on something alike. A
    /// piece counts as apart when it is much smaller than the largest and away from its box.
    func withoutSpecks() -> Plane<Float> {
        let pieces = ConnectedRegions(mapped { $0 > 0.5 ? 1 : 0 }).regions
        guard pieces.count > 1, let largest = pieces.max(by: { $0.area < $1.area }) else { return self }
        let margin = max(
            SpeckConstants.smallestMargin, max(largest.box.width, largest.box.height) / SpeckConstants.marginPart)
        let result = mutableCopy()
        for piece in pieces where Double(piece.area) < SpeckConstants.share * Double(largest.area) {
            let isNear = piece.box.left < largest.box.right + margin && piece.box.right > largest.box.left - margin
                && piece.box.top < largest.box.bottom + margin && piece.box.bottom > largest.box.top - margin
            guard !isNear || piece.area < SpeckConstants.smallest else { continue }
            piece.forEachPlace { result[$0] = 0 }
        }
        return result.finished()
    }
}
