import Imaging
import Parallelism

/// Resizes an image exactly like OpenCV's `resize` with INTER_LINEAR on 8-bit pixels: bilinear in fixed-point arithmetic.
package struct PictureScaling {
    /// The two input positions of each output position, and the second one's weight in 2048ths.
    private struct Line {
        let low: [Int]
        let high: [Int]
        let share: [Int32]

        /// - Parameter isDown: true for rows. Beyond the first and last row, which then serve as both neighbours, weights keep
        ///   their values, and each product is truncated separately.
        init(from input: Int, to output: Int, isDown: Bool) {
            let scale = Double(input) / Double(output)
            var low: [Int] = [], high: [Int] = [], share: [Int32] = []
            for position in 0..<output {
                let place = (Double(position) + 0.5) * scale - 0.5, whole = Int(place.rounded(.down))
                let isInside = isDown || whole >= 0 && whole < input - 1
                low.append(min(max(0, whole), input - 1))
                high.append(min(max(0, whole + 1), input - 1))
                share.append(isInside ? Int32((Float(place - Double(whole)) * 2048).rounded(.toNearestOrEven)) : 0)
            }
            (self.low, self.high, self.share) = (low, high, share)
        }
    }

    private let columns: Line
    private let rows: Line
    private let source: PictureSize

    package init(from source: PictureSize, to target: PictureSize) {
        columns = Line(from: source.width, to: target.width, isDown: false)
        rows = Line(from: source.height, to: target.height, isDown: true)
        self.source = source
    }

    /// Calls `write` on all cores with each row of the result, as interleaved RGB.
    package func forEachRow(of image: RGBImage, _ write: (_ row: Int, UnsafeBufferPointer<UInt8>) -> Void) {
        let width = columns.low.count
        image.pixels.withUnsafeBufferPointer { pixels in
            Parallel.ranges(rows.low.count, minimum: 8) { range in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width * 3) { line in
                    for row in range {
                        scale(pixels, row, into: line)
                        write(row, UnsafeBufferPointer(line))
                    }
                }
            }
        }
    }

    private func scale(_ pixels: UnsafeBufferPointer<UInt8>, _ row: Int, into line: UnsafeMutableBufferPointer<UInt8>) {
        let upper = rows.low[row] * source.width * 3, lower = rows.high[row] * source.width * 3, down = rows.share[row]
        for column in columns.low.indices {
            let left = columns.low[column] * 3, right = columns.high[column] * 3, across = columns.share[column]
            for channel in 0..<3 {
                func between(_ start: Int) -> Int32 {
                    Int32(pixels[start + left + channel]) * (2048 - across) + Int32(pixels[start + right + channel]) * across
                }
                // Products are truncated to 20 bits, as in OpenCV's SIMD code.
                let sum = ((2048 - down) * (between(upper) >> 4)) >> 16 + (down * (between(lower) >> 4)) >> 16
                line[column * 3 + channel] = UInt8(clamping: (sum + 2) >> 2)
            }
        }
    }
}
