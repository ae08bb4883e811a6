import Imaging
import Parallelism

/// Resizes an image exactly like OpenCV's `resize` with INTER_LINEAR on 8-bit pixels: bilinear in fixed-point arithmetic, across and
/// then down.
package struct PictureScaling {
    /// The two input positions of an output position, and the second one's weight in 2048ths.
    private struct Place {
        /// For columns, of the pixel's first channel.
        let low: Int
        let high: Int
        let share: Int16

        /// The places of a line of outputs.
        /// - Parameter isDown: true for rows. Beyond the first and last row, which then serve as both neighbours, weights keep
        ///   their values, and each product is truncated separately.
        static func all(from input: Int, to output: Int, isDown: Bool) -> [Place] {
            let scale = Double(input) / Double(output), step = isDown ? 1 : 3
            return (0..<output).map { position in
                let place = (Double(position) + 0.5) * scale - 0.5, whole = Int(place.rounded(.down))
                let isInside = isDown || whole >= 0 && whole < input - 1
                return Place(
                    low: min(max(0, whole), input - 1) * step, high: min(max(0, whole + 1), input - 1) * step,
                    share: isInside ? Int16((Float(place - Double(whole)) * 2048).rounded(.toNearestOrEven)) : 0)
            }
        }
    }

    private let columns: [Place]
    private let rows: [Place]
    private let source: PictureSize

    package init(from source: PictureSize, to target: PictureSize) {
        columns = Place.all(from: source.width, to: target.width, isDown: false)
        rows = Place.all(from: source.height, to: target.height, isDown: true)
        self.source = source
    }

    /// Calls `write` on all cores with each row of the result, channels interleaved.
    /// - Parameter isBGR: true for the channels in reverse order.
    package func forEachRow(of image: RGBImage, isBGR: Bool = false, _ write: (_ row: Int, UnsafeBufferPointer<UInt8>) -> Void) {
        precondition(image.width == source.width && image.height == source.height, "PictureScaling: image of another size")
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let start = pixels.baseAddress else { return }
            Parallel.ranges(rows.count, minimum: 8) { forEachRow($0, of: start, isBGR, write) }
        }
    }

    private func forEachRow(
        _ range: Range<Int>, of pixels: UnsafePointer<UInt8>, _ isBGR: Bool, _ write: (Int, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        let count = columns.count * 3
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2 * count) { across in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { line in
                guard let first = across.baseAddress, let target = line.baseAddress else { return }
                var upper = (row: -1, values: first), lower = (row: -1, values: first + count)
                for row in range {
                    let place = rows[row]
                    // An enlarged image uses a row several times.
                    if lower.row == place.low { swap(&upper, &lower) }
                    if upper.row != place.low { scale(pixels, place.low, isBGR, into: upper.values) }
                    if lower.row != place.high { scale(pixels, place.high, isBGR, into: lower.values) }
                    (upper.row, lower.row) = (place.low, place.high)
                    Self.blend(upper.values, lower.values, place.share, count: count, into: target)
                    write(row, UnsafeBufferPointer(line))
                }
            }
        }
    }

    /// Resizes a row of the image across, in 128ths.
    private func scale(_ pixels: UnsafePointer<UInt8>, _ row: Int, _ isBGR: Bool, into line: UnsafeMutablePointer<UInt16>) {
        let source = pixels + row * source.width * 3, (first, last) = isBGR ? (2, 0) : (0, 2)
        columns.withUnsafeBufferPointer { columns in
            for column in columns.indices {
                let place = columns[column], low = source + place.low, high = source + place.high, target = line + column * 3
                func between(_ channel: Int) -> UInt16 {
                    let (left, right) = (Int32(low[channel]), Int32(high[channel]))
                    return UInt16(truncatingIfNeeded: (left << 11 &+ (right &- left) &* Int32(place.share)) >> 4)
                }
                (target[0], target[1], target[2]) = (between(first), between(1), between(last))
            }
        }
    }

    /// Resizes two neighbouring rows down.
    private static func blend(
        _ upper: UnsafePointer<UInt16>, _ lower: UnsafePointer<UInt16>, _ share: Int16, count: Int,
        into line: UnsafeMutablePointer<UInt8>
    ) {
        let near = UInt16(2048 - share), far = UInt16(share)
        for index in 0..<count {
            // The upper halves of products, as in OpenCV's SIMD code.
            let sum = near.multipliedFullWidth(by: upper[index]).high &+ far.multipliedFullWidth(by: lower[index]).high
            line[index] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
        }
    }
}
