import Imaging

/// Connected regions of a plane's nonzero pixels, with 8-connectivity; boxes and positions are relative to the plane's box.
struct ConnectedRegions {
    /// In the order of their first pixels.
    let regions: [ConnectedRegion]

    init(_ plane: Plane<UInt8>) {
        let width = plane.box.width
        var runs: [Run] = [], parents: [Int] = []
        func root(_ index: Int) -> Int {
            var index = index
            while parents[index] != index {
                parents[index] = parents[parents[index]]
                index = parents[index]
            }
            return index
        }
        var above = 0..<0
        for y in 0..<plane.box.height {
            let start = runs.count
            var x = 0, candidate = above.lowerBound
            let row = y * width
            while x < width {
                guard plane[row + x] != 0 else { x += 1; continue }
                let left = x
                while x < width, plane[row + x] != 0 { x += 1 }
                let index = runs.count
                runs.append(Run(y: y, columns: left..<x))
                parents.append(index)
                while candidate < above.upperBound, runs[candidate].columns.upperBound < left { candidate += 1 }
                var touching = candidate
                while touching < above.upperBound, runs[touching].columns.lowerBound <= x {
                    let first = root(index), second = root(touching)
                    parents[max(first, second)] = min(first, second)
                    touching += 1
                }
            }
            above = start..<runs.count
        }
        var numbers = [Int](repeating: -1, count: runs.count), grouped: [[Run]] = []
        for (index, run) in runs.enumerated() {
            let first = root(index)
            if numbers[first] < 0 {
                numbers[first] = grouped.count
                grouped.append([])
            }
            grouped[numbers[first]].append(run)
        }
        regions = grouped.map { ConnectedRegion(runs: $0, size: plane.box) }
    }
}

/// A horizontal run of pixels.
struct Run: Sendable {
    let y: Int
    let columns: Range<Int>
}

/// A connected region of a plane.
struct ConnectedRegion: Sendable {
    /// In row-major order.
    let runs: [Run]
    /// The plane's box.
    let size: BoundingBox
    let box: BoundingBox
    let area: Int

    init(runs: [Run], size: BoundingBox) {
        self.runs = runs
        self.size = size
        var left = size.width, right = 0, area = 0
        for run in runs {
            left = min(left, run.columns.lowerBound)
            right = max(right, run.columns.upperBound)
            area += run.columns.count
        }
        let top = runs.first?.y ?? 0, bottom = (runs.last?.y ?? 0) + 1
        box = BoundingBox(left: left, top: top, width: max(1, right - left), height: max(1, bottom - top))
        self.area = area
    }

    /// Calls `body` with each pixel's row-major index in the plane.
    func forEachPlace(_ body: (Int) -> Void) {
        for run in runs {
            for x in run.columns { body(run.y * size.width + x) }
        }
    }

    /// Calls `body` with each inside position and its 4-neighbours, which may be outside.
    func forEachOutlinePair(_ body: (_ inside: Int, _ outside: Int) -> Void) {
        for run in runs {
            let row = run.y * size.width
            if run.columns.lowerBound > 0 { body(row + run.columns.lowerBound, row + run.columns.lowerBound - 1) }
            if run.columns.upperBound < size.width { body(row + run.columns.upperBound - 1, row + run.columns.upperBound) }
            for x in run.columns {
                if run.y > 0 { body(row + x, row + x - size.width) }
                if run.y + 1 < size.height { body(row + x, row + x + size.width) }
            }
        }
    }
}
