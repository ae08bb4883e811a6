import COpenBLAS

/// A row-major matrix somewhere in memory, rows `stride` values apart. Valid only while its memory is.
struct MatrixView {
    let start: UnsafePointer<Float>
    let rows: Int
    let columns: Int
    let stride: Int
}

/// `output = alpha * left * right^T + beta * output`, on this thread. `[m, k] x [n, k] -> [m, n]`.
func multiplyTransposed(
    _ left: MatrixView, _ right: MatrixView, into output: UnsafeMutablePointer<Float>, outputStride: Int,
    alpha: Float = 1
) {
    precondition(left.columns == right.columns, "multiplyTransposed: inner sizes differ")
    guard left.rows > 0, right.rows > 0 else { return }
    if left.rows == 1 {
        cblas_sgemv(
            CblasRowMajor, CblasNoTrans, blasint(right.rows), blasint(right.columns), alpha,
            right.start, blasint(right.stride), left.start, 1, 0, output, 1)
    } else {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(left.rows), blasint(right.rows), blasint(left.columns),
            alpha, left.start, blasint(left.stride), right.start, blasint(right.stride), 0,
            output, blasint(outputStride))
    }
}

/// `output = left * right + (accumulating ? output : 0)`, on this thread. `[m, k] x [k, n] -> [m, n]`.
func multiply(
    _ left: MatrixView, _ right: MatrixView, into output: UnsafeMutablePointer<Float>, outputStride: Int,
    accumulating: Bool = false
) {
    precondition(left.columns == right.rows, "multiply: inner sizes differ")
    guard left.rows > 0, right.columns > 0 else { return }
    let beta: Float = accumulating ? 1 : 0
    if left.rows == 1 {
        cblas_sgemv(
            CblasRowMajor, CblasTrans, blasint(right.rows), blasint(right.columns), 1,
            right.start, blasint(right.stride), left.start, 1, beta, output, 1)
    } else {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(left.rows), blasint(right.columns),
            blasint(left.columns), 1, left.start, blasint(left.stride), right.start, blasint(right.stride), beta,
            output, blasint(outputStride))
    }
}

/// `input [rows, k] x weights^T [outputs, k] + bias [outputs] -> [rows, outputs]` on all cores.
///
/// Few rows (decoding) read each weight once where it lies, at the speed of memory. Many rows go to `sgemm` by panels
/// of weights: each core widens a panel that fits its cache and multiplies with it, so the model is never copied whole.
package func matrixMultiply(_ input: Tensor, _ weights: WeightMatrix, bias: Tensor? = nil) -> Tensor {
    precondition(input.width == weights.columns, "matrixMultiply: inner sizes differ")
    precondition(bias.map { $0.count == weights.rows } ?? true, "matrixMultiply: bias of another size")
    let rows = input.rows, outputs = weights.rows, inner = weights.columns
    return Tensor([rows, outputs]) { output in
        guard let source = input.storage.values.baseAddress, let target = output.baseAddress else { return }
        if rows <= fewRows {
            Parallel.ranges(outputs, minimum: 16) { range in
                weights.multiplyFewRows(
                    source, rows: rows, range: range, output: target + range.lowerBound, outputStride: outputs)
                add(bias, to: target, rows: rows, columns: range, stride: outputs)
            }
        } else {
            let left = MatrixView(start: source, rows: rows, columns: inner, stride: inner)
            Parallel.ranges(outputs, minimum: 64, multiple: 16) { range in
                weights.withWidenedRows(range) { panel in
                    multiplyTransposed(
                        left, MatrixView(start: panel, rows: range.count, columns: inner, stride: inner),
                        into: target + range.lowerBound, outputStride: outputs)
                }
                add(bias, to: target, rows: rows, columns: range, stride: outputs)
            }
        }
    }
}

/// Adds `bias` to some columns of each row, while they are still in the cache.
private func add(
    _ bias: Tensor?, to target: UnsafeMutablePointer<Float>, rows: Int, columns: Range<Int>, stride: Int
) {
    guard let bias = bias?.storage.values else { return }
    for row in 0..<rows {
        let line = target + row * stride
        for column in columns { line[column] += bias[column] }
    }
}

/// Up to so many rows, reading the weights is the whole cost and `sgemm`'s packing would double it.
private let fewRows = 8
