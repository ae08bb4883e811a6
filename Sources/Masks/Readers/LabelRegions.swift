import Imaging

/// All pixels of one value in a label image.
struct LabelRegion: Sendable {
    var value: UInt32
    var area = 0
    /// Number of pixels at the corner of a 2x2 or 3x3 square of the same value; 0 if not counted.
    var solid = 0
    var core = 0
    /// Number of pixels in grey patches between white and black; 0 if not counted.
    var between = 0
    /// Number of edges between white pixels and black ones, and grey ones; 0 if not counted.
    var bareSides = 0
    var greySides = 0
    /// Number of white pixels in a band around other objects; 0 if not counted.
    var rim = 0
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    init(value: UInt32, left: Int, top: Int, right: Int, bottom: Int) {
        self.value = value
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    init(value: UInt32, area: Int, box: BoundingBox) {
        self.init(
            value: value, left: box.left, top: box.top, right: box.left + box.width - 1, bottom: box.top + box.height - 1)
        self.area = area
    }

    var box: BoundingBox { BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1) }
}

/// Area and box of every nonzero value, in one pass over the pixels.
/// - Returns: one region per value, in order of first occurrence.
func labelRegions(_ labels: LabelImage) -> [LabelRegion] {
    var tally = RegionTally()
    labels.values.withUnsafeBufferPointer { values in
        for row in 0..<labels.height {
            tally.add(UnsafeBufferPointer(rebasing: values[row * labels.width..<(row + 1) * labels.width]), row: row)
        }
    }
    return tally.regions
}

/// The regions of the rows scanned so far.
private struct RegionTally {
    private(set) var regions: [LabelRegion] = []
    /// Index in `regions` for each value; -1 before it occurs.
    private var slots = [Int32](repeating: -1, count: 1 << 16)

    /// Scans a row. Objects are solid, so a row consists of a few runs of equal values.
    mutating func add(_ line: UnsafeBufferPointer<UInt16>, row: Int) {
        var start = 0
        while start < line.count {
            let value = line[start]
            var end = start + 1
            while end < line.count && line[end] == value { end += 1 }
            if value != 0 { add(value, columns: start..<end, row: row) }
            start = end
        }
    }

    private mutating func add(_ value: UInt16, columns: Range<Int>, row: Int) {
        let left = columns.lowerBound, right = columns.upperBound - 1
        if slots[Int(value)] < 0 {
            slots[Int(value)] = Int32(regions.count)
            regions.append(LabelRegion(value: UInt32(value), left: left, top: row, right: right, bottom: row))
        }
        let slot = Int(slots[Int(value)])
        regions[slot].area += columns.count
        regions[slot].left = min(regions[slot].left, left)
        regions[slot].right = max(regions[slot].right, right)
        regions[slot].bottom = row
    }
}
