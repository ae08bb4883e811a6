import Imaging

/// A mask as run lengths over its box, row by row, starting with background: a few bytes per row.
package struct StoredMask: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let box: BoundingBox
    package let area: Int
    private let runs: [UInt32]

    /// - Returns: nil for an empty mask.
    package init?(_ mask: Mask) {
        self.init(mask, left: 0, top: 0, in: PictureSize(width: mask.width, height: mask.height))
    }

    /// - Returns: nil for an empty region.
    package init?(_ region: RunLengthEncoding) {
        guard let box = region.boundingBox else { return nil }
        self.init(region.mask(in: box), left: box.left, top: box.top, in: PictureSize(width: region.width, height: region.height))
    }

    /// A mask of part of an image, clipped to the image.
    /// - Parameters:
    ///   - left, top: position of the part in the image.
    ///   - size: image size.
    /// - Returns: nil if nothing lies inside the image.
    package init?(_ mask: Mask, left: Int, top: Int, in size: PictureSize) {
        let columns = max(0, -left)..<max(0, -left, min(mask.width, size.width - left))
        let rows = max(0, -top)..<max(0, -top, min(mask.height, size.height - top))
        var spans: [Range<Int>] = []
        mask.pixels.withUnsafeBufferPointer { pixels in
            for row in rows {
                let start = row * mask.width, shift = (row + top) * size.width + left - start
                var place = start + columns.lowerBound
                let end = start + columns.upperBound
                while let first = pixels[place..<end].firstIndex(of: 1) {
                    place = pixels[first..<end].firstIndex(of: 0) ?? end
                    spans.append(first + shift..<place + shift)
                }
            }
        }
        self.init(size: size, spans: spans)
    }

    /// - Parameter spans: ranges of adjacent pixels in a row of the image, ascending, with gaps between them.
    /// - Returns: nil for an empty mask.
    package init?(size: PictureSize, spans: [Range<Int>]) {
        guard let first = spans.first, let last = spans.last else { return nil }
        (width, height) = (size.width, size.height)
        let top = first.lowerBound / width, bottom = last.lowerBound / width
        var left = width, right = 0, area = 0
        for span in spans {
            let row = span.lowerBound / width * width
            (left, right) = (min(left, span.lowerBound - row), max(right, span.upperBound - row))
            area += span.count
        }
        self.area = area
        box = BoundingBox(left: left, top: top, width: right - left, height: bottom - top + 1)
        var runs: [UInt32] = [], end = 0
        runs.reserveCapacity(2 * spans.count + 1)
        for span in spans {
            let row = span.lowerBound / width
            let start = (row - top) * (right - left) + span.lowerBound - row * width - left
            // Runs across the box's full width continue in the next row.
            if start == end, !runs.isEmpty {
                runs[runs.count - 1] += UInt32(span.count)
            } else {
                runs += [UInt32(start - end), UInt32(span.count)]
            }
            end = start + span.count
        }
        self.runs = runs
    }

    package var mask: Mask {
        var pixels = [UInt8](repeating: 0, count: width * height)
        forEachPixel { pixels[$0] = 1 }
        return Mask(width: width, height: height, pixels: pixels)
    }

    /// The part outside `other`, which must have the same size; nil if nothing is left.
    package func subtracting(_ other: StoredMask) -> StoredMask? {
        guard box.intersection(other.box) != nil else { return self }
        var rest: [Range<Int>] = [], others = Spans(other), hole = others.next()
        for span in Spans(self) {
            var start = span.lowerBound
            while let next = hole, next.lowerBound < span.upperBound {
                if next.upperBound > start {
                    if next.lowerBound > start { rest.append(start..<next.lowerBound) }
                    start = next.upperBound
                }
                // A hole that extends beyond this span may cover the next one as well.
                guard next.upperBound <= span.upperBound else { break }
                hole = others.next()
            }
            if start < span.upperBound { rest.append(start..<span.upperBound) }
        }
        return StoredMask(size: PictureSize(width: width, height: height), spans: rest)
    }

    /// Union with a mask of the same size.
    package func joined(with other: StoredMask) -> StoredMask {
        guard let rest = other.subtracting(self) else { return self }
        let all = (Array(spans) + Array(rest.spans)).sorted { $0.lowerBound < $1.lowerBound }
        return StoredMask(size: PictureSize(width: width, height: height), spans: all) ?? self
    }

    /// Number of pixels inside both masks, which must have the same size.
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

    /// Ranges of adjacent foreground pixels in the image's rows, ascending.
    package var spans: some Sequence<Range<Int>> { Spans(self) }

    /// Calls `body` with the index of each foreground pixel, row by row.
    package func forEachPixel(_ body: (Int) -> Void) {
        for span in Spans(self) { span.forEach(body) }
    }

    /// Ranges of adjacent foreground pixels in the image's rows, ascending.
    private struct Spans: Sequence, IteratorProtocol {
        private let mask: StoredMask
        private var nextRun = 0
        /// Index in the box, row by row, of the first pixel not returned yet.
        private var position = 0
        /// End of the current run.
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
