import CKernels
import Imaging
import Parallelism

/// Resizes an image exactly like OpenCV's `resize` with INTER_LINEAR on 8-bit pixels: bilinear in fixed-point arithmetic, across and
/// then down.
package struct PictureScaling {
    /// Places of the output's columns, in bytes of a row.
    private let columns: [KernelScalingPlace]
    /// Places of the output's rows, in rows.
    private let rows: [KernelScalingPlace]
    private let source: PictureSize

    package init(from source: PictureSize, to target: PictureSize) {
        columns = Self.places(from: source.width, to: target.width, step: 3, isDown: false)
        rows = Self.places(from: source.height, to: target.height, step: 1, isDown: true)
        self.source = source
    }

    /// The places of a line of outputs.
    /// - Parameters:
    ///   - step: distance of neighbouring inputs.
    ///   - isDown: true for rows. Beyond the first and last row, which then serve as both neighbours, weights keep their values, and
    ///     each product is truncated separately.
    private static func places(from input: Int, to output: Int, step: Int, isDown: Bool) -> [KernelScalingPlace] {
        let scale = Double(input) / Double(output)
        return (0..<output).map { position in
            let place = (Double(position) + 0.5) * scale - 0.5, whole = Int(place.rounded(.down))
            let isInside = isDown || whole >= 0 && whole < input - 1
            return KernelScalingPlace(
                low: Int32(min(max(0, whole), input - 1) * step), high: Int32(min(max(0, whole + 1), input - 1) * step),
                share: isInside ? Int32((Float(place - Double(whole)) * 2048).rounded(.toNearestOrEven)) : 0)
        }
    }

    /// Calls `write` on all cores with each row of the result, channels interleaved.
    /// - Parameters:
    ///   - isBGR: true for the channels in reverse order.
    ///   - instructions: which the machine must have; tests compare them, all else takes the widest.
    package func forEachRow(
        of image: RGBImage, isBGR: Bool = false, instructions: KernelInstructionSet = convolutionInstructions,
        _ write: (_ row: Int, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        precondition(image.width == source.width && image.height == source.height, "PictureScaling: image of another size")
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let start = pixels.baseAddress else { return }
            Parallel.ranges(rows.count, minimum: 8) { forEachRow($0, of: start, isBGR, instructions, write) }
        }
    }

    private func forEachRow(
        _ range: Range<Int>, of pixels: UnsafePointer<UInt8>, _ isBGR: Bool, _ instructions: KernelInstructionSet,
        _ write: (Int, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        let count = columns.count * 3, rowBytes = source.width * 3
        // One number behind each row is overwritten.
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2 * (count + 1)) { across in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { line in
                guard let upper = across.baseAddress, let target = line.baseAddress else { return }
                let lower = upper + count + 1
                for row in range {
                    let place = rows[row]
                    kernel_scale_rows(
                        instructions, pixels + Int(place.low) * rowBytes, pixels + Int(place.high) * rowBytes, rowBytes, columns,
                        columns.count, isBGR ? 1 : 0, upper, lower)
                    Self.blend(upper, lower, place.share, count: count, into: target)
                    write(row, UnsafeBufferPointer(line))
                }
            }
        }
    }

    /// Resizes two neighbouring rows down.
    private static func blend(
        _ upper: UnsafePointer<UInt16>, _ lower: UnsafePointer<UInt16>, _ share: Int32, count: Int,
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
