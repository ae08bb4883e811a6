import Imaging

/// The overlapping patches of one level. The last row and column are shifted inwards so that none extends beyond the edge.
struct PatchGrid {
    let width: Int
    let height: Int
    let columns: Int
    let rows: Int

    init(width: Int, height: Int) {
        let patch = DenseInverseSearch.patch, step = FlowConstants.step
        self.width = width
        self.height = height
        columns = max(0, width - patch + step - 1) / step + 1
        rows = max(0, height - patch + step - 1) / step + 1
    }

    /// One position per patch, `[rows, columns]`.
    var box: BoundingBox { BoundingBox(left: 0, top: 0, width: columns, height: rows) }

    func left(_ column: Int) -> Int { min(column * FlowConstants.step, max(0, width - DenseInverseSearch.patch)) }

    func top(_ row: Int) -> Int { min(row * FlowConstants.step, max(0, height - DenseInverseSearch.patch)) }

    /// The columns of patches that cover pixel column `x`.
    @inline(__always)
    func columns(over x: Int) -> ClosedRange<Int> { covering(x, count: columns, start: left) }

    /// The rows of patches that cover pixel row `y`.
    @inline(__always)
    func rows(over y: Int) -> ClosedRange<Int> { covering(y, count: rows, start: top) }

    /// The patches that cover any pixel of a box.
    func patches(over pixels: BoundingBox) -> BoundingBox {
        let columns = columns(over: pixels.left).lowerBound...columns(over: pixels.right - 1).upperBound
        let rows = rows(over: pixels.top).lowerBound...rows(over: pixels.bottom - 1).upperBound
        return BoundingBox(left: columns.lowerBound, top: rows.lowerBound, width: columns.count, height: rows.count)
    }

    @inline(__always)
    private func covering(_ place: Int, count: Int, start: (Int) -> Int) -> ClosedRange<Int> {
        let patch = DenseInverseSearch.patch, step = FlowConstants.step
        let first = min(count - 1, max(0, (place - patch) / step + (place >= patch ? 1 : 0)))
        var last = min(count - 1, place / step)
        if count > 1, last < count - 1, start(count - 1) <= place { last = count - 1 }
        return first...max(first, last)
    }
}
