import Imaging

/// Filters of planes of 0 and 1.
extension Plane<UInt8> {
    /// 1 where most of the 3 x 3 pixels are: takes specks away, and fills pinholes.
    func majority() -> Plane<UInt8> {
        Plane(box) { row in
            let above = Swift.max(box.top, row.y - 1), below = Swift.min(box.bottom - 1, row.y + 1)
            func column(_ x: Int) -> UInt8 { self[x, above] &+ self[x, row.y] &+ self[x, below] }
            var before = column(box.left), here = before
            for x in row.columns {
                let after = x + 1 < box.right ? column(x + 1) : here
                row[x] = before &+ here &+ after >= 5 ? 1 : 0
                (before, here) = (here, after)
            }
        }
    }

    /// Gaps closed of up to twice so many pixels across, and down.
    func closed(across: Int, down: Int) -> Plane<UInt8> {
        widened(across: across, down: down, to: 1).widened(across: across, down: down, to: 0)
    }

    /// Without what is narrower than twice `radius` pixels, such as a wire in the wind; the rest keeps its outline.
    func withoutThreads(_ radius: Int) -> Plane<UInt8> {
        let core = widened(across: radius, down: radius, to: 0).widened(across: 2 * radius, down: 2 * radius, to: 1)
        return Plane(box) { row in
            for x in row.columns { row[x] = self[x, row.y] & core[x, row.y] }
        }
    }

    /// Regions of one value grown by so many pixels along each axis; pixels beyond the edge count as the other value.
    private func widened(across: Int, down: Int, to value: UInt8) -> Plane<UInt8> {
        let wide = Plane<UInt8>(box) { row in
            var until = Int.min
            // From the left for what lies before, then from the right.
            for x in row.columns {
                if self[x, row.y] == value { until = x + across }
                row[x] = x <= until ? value : 1 - value
            }
            var from = Int.max
            for x in row.columns.reversed() {
                if self[x, row.y] == value { from = x - across }
                if x >= from { row[x] = value }
            }
        }
        return Plane<UInt8>(box) { row in
            let top = Swift.max(box.top, row.y - down), bottom = Swift.min(box.bottom - 1, row.y + down)
            let result = row.pointer, width = box.width
            for x in 0..<width { result[x] = wide[box.left + x, top] }
            for y in top + 1..<bottom + 1 {
                let other = wide.pointer(box.left, y)
                if value == 1 {
                    for x in 0..<width { result[x] |= other[x] }
                } else {
                    for x in 0..<width { result[x] &= other[x] }
                }
            }
        }
    }
}
