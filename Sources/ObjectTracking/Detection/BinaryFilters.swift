import Imaging

/// Filters of binary planes.
extension Plane<UInt8> {
    /// 1 where most of the 3 x 3 pixels are: removes specks and fills pinholes.
    func majority() -> Plane<UInt8> {
        Plane(box) { row in
            let above = Swift.max(box.top, row.y - 1), below = Swift.min(box.bottom - 1, row.y + 1)
            let lines = (pointer(box.left, above), pointer(box.left, row.y), pointer(box.left, below))
            let width = box.width, result = row.pointer
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width + 2) { sums in
                guard let before = sums.baseAddress else { return }
                let here = before + 1, after = before + 2
                for x in 0..<width { here[x] = lines.0[x] &+ lines.1[x] &+ lines.2[x] }
                (before[0], here[width]) = (here[0], here[width - 1])
                for x in 0..<width { result[x] = before[x] &+ here[x] &+ after[x] >= 5 ? 1 : 0 }
            }
        }
    }

    /// Morphological closing of gaps of up to `2 * across` pixels in a row and `2 * down` in a column.
    func closed(across: Int, down: Int) -> Plane<UInt8> {
        widened(across: across, down: down, to: 1).widened(across: across, down: down, to: 0)
    }

    /// Removes structures narrower than twice `radius` pixels, such as a wire in the wind; the rest keeps its outline.
    func withoutThreads(_ radius: Int) -> Plane<UInt8> {
        let core = widened(across: radius, down: radius, to: 0).widened(across: 2 * radius, down: 2 * radius, to: 1)
        return Plane(box) { row in
            for x in row.columns { row[x] = self[x, row.y] & core[x, row.y] }
        }
    }

    /// Grows the regions of one value by `across` and `down` pixels: dilation for 1, erosion for 0. Pixels beyond the edge count
    /// as the other value.
    private func widened(across: Int, down: Int, to value: UInt8) -> Plane<UInt8> {
        let wide = Plane<UInt8>(box) { widenRow($0, across, to: value) }
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

    /// Grows one row horizontally. Windows of doubling length, two of which cover the reach on either side, make the work
    /// logarithmic in the reach.
    private func widenRow(_ row: PlaneRow<UInt8>, _ across: Int, to value: UInt8) {
        let width = box.width, length = width + 2 * across, source = pointer(box.left, row.y), result = row.pointer
        // 0 and 1 are swapped if necessary, so that the wanted value is the greater.
        let turn = 1 - value
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * length) { memory in
            guard var from = memory.baseAddress else { return }
            var to = from + length, window = 1
            from.update(repeating: 0, count: length)
            let middle = from + across
            for x in 0..<width { middle[x] = source[x] ^ turn }
            while 2 * window <= 2 * across + 1 {
                let first = from, second = from + window, both = to
                for x in 0..<length - window { both[x] = first[x] | second[x] }
                (both + length - window).update(from: first + length - window, count: window)
                (from, to) = (to, from)
                window *= 2
            }
            let first = from, second = from + 2 * across + 1 - window
            for x in 0..<width { result[x] = (first[x] | second[x]) ^ turn }
        }
    }
}
