import Imaging

/// The pixels that share one value of a label image.
struct LabelRegion: Sendable {
    let value: UInt32
    var area = 0
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

/// Area and box of every value but 0, in one pass over the pixels.
/// - Returns: one region for each value there is, in the order they first occur.
func labelRegions(_ labels: LabelImage) -> [LabelRegion] {
    var regions: [LabelRegion] = []
    /// Where in `regions` each value is; -1 for nowhere yet.
    var slots = [Int32](repeating: -1, count: 1 << 16)
    labels.values.withUnsafeBufferPointer { values in
        slots.withUnsafeMutableBufferPointer { slots in
            for row in 0..<labels.height {
                let line = values[row * labels.width..<(row + 1) * labels.width]
                var start = line.startIndex
                // Objects are solid, so a row is a few runs of equal values.
                while start < line.endIndex {
                    let value = values[start]
                    var end = start + 1
                    while end < line.endIndex && values[end] == value { end += 1 }
                    if value != 0 {
                        let left = start - line.startIndex, right = end - 1 - line.startIndex
                        if slots[Int(value)] < 0 {
                            slots[Int(value)] = Int32(regions.count)
                            regions.append(LabelRegion(value: UInt32(value), left: left, top: row, right: right, bottom: row))
                        }
                        let slot = Int(slots[Int(value)])
                        regions[slot].area += end - start
                        regions[slot].left = min(regions[slot].left, left)
                        regions[slot].right = max(regions[slot].right, right)
                        regions[slot].bottom = row
                    }
                    start = end
                }
            }
        }
    }
    return regions
}
