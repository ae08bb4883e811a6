import CKernels
import Parallelism

/// A row-major matrix somewhere in memory, rows `stride` values apart. Valid only while its memory is.
struct MatrixView {
    let start: UnsafePointer<Float>
    let rows: Int
    let columns: Int
    let stride: Int

    func rows(_ range: Range<Int>) -> MatrixView {
        MatrixView(start: start + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }
}

/// `activation(input [rows, k] x weights^T [outputs, k] + bias [outputs]) + residual -> [rows, outputs]` on all cores.
///
/// Few rows (decoding) read each weight once where it lies, at the speed of memory. Many rows go to `sgemm`, by panels
/// of weights: each core widens a panel that fits its cache and multiplies with it, so the model is never copied whole.
/// When there are many more rows than that and nothing to widen, each core takes rows instead and reads all weights;
/// either way what follows the product is done while its rows are still in the cache. Quantised weights, and with AMX those
/// of 16 bits, are multiplied with packed rows of activations, as `ProductKernels.h` says.
/// - Parameter instructions: of the kernels, which the machine must have; tests compare them, all else takes the fastest.
package func matrixMultiply(
    _ input: Tensor, _ weights: WeightMatrix, bias: Tensor? = nil, activation: Activation? = nil, residual: Tensor? = nil,
    instructions: KernelInstructionSet = kernel_fastest_instructions()
) -> Tensor {
    precondition(input.width == weights.columns, "matrixMultiply: inner sizes differ")
    precondition(bias.map { $0.count == weights.rows } ?? true, "matrixMultiply: bias of another size")
    let rows = input.rows, outputs = weights.rows, inner = weights.columns
    precondition(residual.map { $0.count == rows * outputs } ?? true, "matrixMultiply: residual of another size")
    return Tensor([rows, outputs]) { output in
        guard let source = input.storage.values.baseAddress, let target = output.baseAddress, rows > 0 else { return }
        let left = MatrixView(start: source, rows: rows, columns: inner, stride: inner)
        let ending = ProductEnding(bias: bias, activation: activation, residual: residual, stride: outputs)
        if weights.takesPacked(rows: rows, instructions: instructions) {
            let packed = PackedActivations(input, for: weights.dataType, instructions: instructions)
            Parallel.ranges(outputs, minimum: 64, multiple: 32) { range in
                weights.multiply(
                    packed, range: range, output: target + range.lowerBound, outputStride: outputs, instructions: instructions)
                ending.apply(to: target, rows: 0..<rows, columns: range)
            }
        } else if rows <= fewRows {
            Parallel.ranges(outputs, minimum: 16) { range in
                weights.multiplyFewRows(
                    source, rows: rows, range: range, output: target + range.lowerBound, outputStride: outputs,
                    instructions: instructions)
                ending.apply(to: target, rows: 0..<rows, columns: range)
            }
        } else if rows >= manyRows, weights.isInPlace {
            Parallel.ranges(rows, minimum: 256, multiple: 16, perCore: max(2, rows / (manyRows * Parallel.coreCount))) { range in
                weights.withWidenedRows(0..<outputs) { panel in
                    OpenBLAS.multiplyTransposed(
                        left.rows(range), MatrixView(start: panel, rows: outputs, columns: inner, stride: inner),
                        into: target + range.lowerBound * outputs, outputStride: outputs)
                }
                ending.apply(to: target, rows: range, columns: 0..<outputs)
            }
        } else {
            Parallel.ranges(outputs, minimum: 64, multiple: 16) { range in
                weights.withWidenedRows(range) { panel in
                    OpenBLAS.multiplyTransposed(
                        left, MatrixView(start: panel, rows: range.count, columns: inner, stride: inner),
                        into: target + range.lowerBound, outputStride: outputs)
                }
                ending.apply(to: target, rows: 0..<rows, columns: range)
            }
        }
    }
}

/// What follows a product, row by row.
private struct ProductEnding {
    let bias: Tensor?
    let activation: Activation?
    let residual: Tensor?
    /// From one row to the next.
    let stride: Int

    func apply(to target: UnsafeMutablePointer<Float>, rows: Range<Int>, columns: Range<Int>) {
        // Offsets are taken once a line: sums inside the loops, which Swift checks, would keep them from being vectorised.
        let width = columns.count
        for row in rows {
            let first = row * stride + columns.lowerBound, line = target + first
            if let bias {
                let added = bias.storage.start + columns.lowerBound
                for index in 0..<width { line[index] += added[index] }
            }
            activation?.apply(UnsafeMutableBufferPointer(start: line, count: width))
            if let residual {
                let added = residual.storage.start + first
                for index in 0..<width { line[index] += added[index] }
            }
        }
    }
}

/// Up to so many rows, reading the weights is most of the cost and `sgemm`'s packing would double it.
private let fewRows = KernelFewRows

/// From so many rows on, packing all weights for each core's rows costs less than packing all rows for each panel.
private let manyRows = 1024
