import Imaging

/// A mask as run lengths over its box, row after row, starting with background: a few bytes a row.
package struct StoredMask: Sendable, Equatable {
    let width: Int
    let height: Int
    package let box: BoundingBox
    package let area: Int
    private let runs: [UInt32]

    /// - Returns: nil for an empty mask.
    package init?(_ mask: Mask) {
        guard let box = mask.boundingBox else { return nil }
        var runs: [UInt32] = [], inside: UInt8 = 0, length: UInt32 = 0, area = 0
        mask.pixels.withUnsafeBufferPointer { pixels in
            for row in box.top..<box.bottom {
                for place in row * mask.width + box.left..<row * mask.width + box.right {
                    if pixels[place] != inside {
                        runs.append(length)
                        (inside, length) = (pixels[place], 0)
                    }
                    length += 1
                    area += Int(pixels[place])
                }
            }
        }
        runs.append(length)
        width = mask.width
        height = mask.height
        self.box = box
        self.area = area
        self.runs = runs
    }

    package var mask: Mask {
        var pixels = [UInt8](repeating: 0, count: width * height)
        forEachPixel { pixels[$0] = 1 }
        return Mask(width: width, height: height, pixels: pixels)
    }

    /// The part outside `other`; nil when nothing is left.
    package func subtracting(_ other: StoredMask) -> StoredMask? {
        var pixels = mask.pixels
        other.forEachPixel { pixels[$0] = 0 }
        return StoredMask(Mask(width: width, height: height, pixels: pixels))
    }

    /// Pixels that are inside both; the sizes must be the same.
    package func commonPixels(with other: StoredMask) -> Int {
        precondition(width == other.width && height == other.height, "StoredMask: pixels of two sizes")
        guard box.intersection(other.box) != nil else { return 0 }
        var own = Spans(self), others = Spans(other), count = 0
        var first = own.next(), second = others.next()
        while let one = first, let two = second {
            count += max(0, min(one.upperBound, two.upperBound) - max(one.lowerBound, two.lowerBound))
            if one.upperBound <= two.upperBound { first = own.next() } else { second = others.next() }
        }
        return count
    }

    /// Calls `body` with the place of each pixel inside, row after row.
    func forEachPixel(_ body: (Int) -> Void) {
        for span in Spans(self) { span.forEach(body) }
    }

    /// Places of pixels inside that lie side by side in a row, ascending.
    private struct Spans: Sequence, IteratorProtocol {
        private let mask: StoredMask
        private var nextRun = 0
        /// In the box, row after row: the first pixel that was not given yet.
        private var position = 0
        /// The end of the run that is being given.
        private var end = 0

        init(_ mask: StoredMask) { self.mask = mask }

        mutating func next() -> Range<Int>? {
            while position == end {
                guard nextRun + 1 < mask.runs.count else { return nil }
                position += Int(mask.runs[nextRun])
                end = position + Int(mask.runs[nextRun + 1])
                nextRun += 2
            }
            let row = position / mask.box.width, column = position % mask.box.width
            let length = Swift.min(end - position, mask.box.width - column)
            position += length
            let start = (mask.box.top + row) * mask.width + mask.box.left + column
            return start..<start + length
        }
    }
}
