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
        let pieces = pieces(above: 0.5)
        guard pieces.count > 1, let largest = pieces.max(by: { $0.places.count < $1.places.count }) else { return self }
        let margin = max(
            SpeckConstants.smallestMargin, max(largest.box.width, largest.box.height) / SpeckConstants.marginPart)
        let result = mutableCopy()
        for piece in pieces where Double(piece.places.count) < SpeckConstants.share * Double(largest.places.count) {
            let isNear = piece.box.left < largest.box.right + margin && piece.box.right > largest.box.left - margin
                && piece.box.top < largest.box.bottom + margin && piece.box.bottom > largest.box.top - margin
            guard !isNear || piece.places.count < SpeckConstants.smallest else { continue }
            for place in piece.places { result[place] = 0 }
        }
        return result.finished()
    }

    /// The connected regions above a threshold, diagonals included.
    private func pieces(above threshold: Float) -> [Piece] {
        let isOpen = mapped { $0 > threshold }.mutableCopy()
        return indices.compactMap { isOpen[$0] ? piece(around: $0, isOpen) : nil }
    }

    /// The connected region around a place, which is taken out of `isOpen`.
    private func piece(around start: Int, _ isOpen: borrowing MutablePlane<Bool>) -> Piece {
        var piece = Piece(places: [start], box: box), next = 0
        var left = box.right, right = box.left, top = box.bottom, bottom = box.top
        isOpen[start] = false
        while next < piece.places.count {
            let x = box.left + piece.places[next] % box.width, y = box.top + piece.places[next] / box.width
            next += 1
            (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
            for row in max(box.top, y - 1)...min(box.bottom - 1, y + 1) {
                for column in max(box.left, x - 1)...min(box.right - 1, x + 1) where isOpen[column, row] {
                    isOpen[column, row] = false
                    piece.places.append(place(column, row))
                }
            }
        }
        piece.box = BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
        return piece
    }
}

/// A connected region of a plane.
private struct Piece {
    /// In row order of the plane.
    var places: [Int]
    var box: BoundingBox
}
