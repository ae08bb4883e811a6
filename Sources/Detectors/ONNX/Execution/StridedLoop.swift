import Parallelism

/// A loop over up to four arrays of the same shape and any layouts, by rows along which every array has a constant stride.
struct StridedLoop: Sendable {
    /// Elements per row.
    let inner: Int
    /// Stride along a row, for each array.
    let steps: SIMD4<Int>
    let rows: Int
    private let outer: [(count: Int, steps: SIMD4<Int>)]

    /// Elements per parallel task.
    private static let part = 1 << 14

    /// - Parameters:
    ///   - layouts: layouts of one shape; rows are chosen to suit the first, which is written.
    ///   - keepingOrder: true to visit elements in row-major order.
    init(_ layouts: [ArrayLayout], keepingOrder: Bool = false) {
        let first = layouts[0], order = keepingOrder ? Array(first.shape.indices) : first.order
        var merged: [(count: Int, steps: SIMD4<Int>)] = []
        for dimension in order where first.shape[dimension] != 1 {
            var steps = SIMD4<Int>()
            for (place, layout) in layouts.enumerated() { steps[place] = layout.strides[dimension] }
            let count = first.shape[dimension]
            if let last = merged.last, last.steps == steps &* SIMD4(repeating: count) {
                merged[merged.count - 1] = (last.count * count, steps)
            } else {
                merged.append((count, steps))
            }
        }
        let last = merged.popLast()
        (inner, steps) = (last?.count ?? 1, last?.steps ?? SIMD4(repeating: 1))
        outer = merged
        rows = merged.reduce(1) { $0 * $1.count } * (inner == 0 ? 0 : 1)
    }

    /// Calls `body` with the offset of each array's row.
    func forEachRow(_ range: Range<Int>, _ body: (SIMD4<Int>) -> Void) {
        guard !range.isEmpty else { return }
        var place = [Int](repeating: 0, count: outer.count), rest = range.lowerBound, offset = SIMD4<Int>()
        for level in outer.indices.reversed() {
            place[level] = rest % outer[level].count
            rest /= outer[level].count
            offset &+= outer[level].steps &* SIMD4(repeating: place[level])
        }
        for _ in range {
            body(offset)
            var level = outer.count - 1
            while level >= 0 {
                place[level] += 1
                offset &+= outer[level].steps
                if place[level] < outer[level].count { break }
                offset &-= outer[level].steps &* SIMD4(repeating: outer[level].count)
                place[level] = 0
                level -= 1
            }
        }
    }

    /// The innermost dimension of the rows' sequence: number of rows at constant strides. For loops whose rows are short.
    var last: (count: Int, steps: SIMD4<Int>) { outer.last ?? (1, SIMD4()) }

    /// The loop over all but that innermost dimension.
    private var outside: StridedLoop { StridedLoop(self, outer: Array(outer.dropLast())) }

    private init(_ loop: StridedLoop, outer: [(count: Int, steps: SIMD4<Int>)]) {
        (inner, steps, self.outer) = (loop.inner, loop.steps, outer)
        rows = outer.reduce(1) { $0 * $1.count } * (loop.rows == 0 ? 0 : 1)
    }

    /// Calls `body` on all cores with the offsets of the first of each `last.count` rows.
    func runPlanes(_ body: (_ offsets: SIMD4<Int>) -> Void) {
        let planes = outside
        Parallel.ranges(planes.rows, minimum: max(1, Self.part / max(1, inner * last.count))) { planes.forEachRow($0, body) }
    }

    /// Calls `body` on all cores with the offset of each array's row, or of a section of it, and its element count.
    func run(_ body: (_ offsets: SIMD4<Int>, _ count: Int) -> Void) {
        guard rows > 0 else { return }
        if rows == 1 {
            Parallel.ranges(inner, minimum: Self.part, multiple: 16) { range in
                body(steps &* SIMD4(repeating: range.lowerBound), range.count)
            }
        } else {
            Parallel.ranges(rows, minimum: max(1, Self.part / inner)) { range in forEachRow(range) { body($0, inner) } }
        }
    }
}
