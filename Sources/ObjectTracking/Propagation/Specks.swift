import Imaging

extension Field {
    /// Without the small pieces that lie apart from the largest one: what an object left behind on something alike. A
    /// piece counts as apart when it is under 15% of the largest and further from its box than a tenth of its size.
    func withoutSpecks() -> Field {
        let pieces = pieces(above: 0.5)
        guard pieces.count > 1, let largest = pieces.max(by: { $0.places.count < $1.places.count }) else { return self }
        let margin = max(2, max(largest.box.width, largest.box.height) / 10)
        var result = self
        for piece in pieces where Double(piece.places.count) < 0.15 * Double(largest.places.count) {
            let isNear = piece.box.left < largest.box.right + margin && piece.box.right > largest.box.left - margin
                && piece.box.top < largest.box.bottom + margin && piece.box.bottom > largest.box.top - margin
            guard !isNear || piece.places.count < 6 else { continue }
            for place in piece.places { result.values[place] = 0 }
        }
        return result
    }

    private struct Piece {
        var places: [Int] = []
        var box: BoundingBox
    }

    /// The connected regions above a threshold, diagonals included, by their places in `values`.
    private func pieces(above threshold: Float) -> [Piece] {
        var isOpen = values.map { $0 > threshold }
        var result: [Piece] = []
        for start in isOpen.indices where isOpen[start] {
            isOpen[start] = false
            var places = [start], next = 0
            var left = Int.max, right = 0, top = Int.max, bottom = 0
            while next < places.count {
                let place = places[next], x = place % box.width, y = place / box.width
                next += 1
                (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
                for row in max(0, y - 1)...min(box.height - 1, y + 1) {
                    for column in max(0, x - 1)...min(box.width - 1, x + 1) where isOpen[row * box.width + column] {
                        isOpen[row * box.width + column] = false
                        places.append(row * box.width + column)
                    }
                }
            }
            let bounds = BoundingBox(
                left: box.left + left, top: box.top + top, width: right - left + 1, height: bottom - top + 1)
            result.append(Piece(places: places, box: bounds))
        }
        return result
    }
}
