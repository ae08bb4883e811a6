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

/// `activation(input [rows, k] x weights^T [outputs, k] + bias [outputs]) + residual -> [rows, outputs]` on all cores, by
/// the `ProductPlan` that suits the rows and the weights.
/// - Parameter instructions: of the kernels, which the machine must have; tests compare them, all else takes the fastest.
package func matrixMultiply(
    _ input: Tensor, _ weights: WeightMatrix, bias: Tensor? = nil, activation: Activation? = nil, residual: Tensor? = nil,
    instructions: KernelInstructionSet = kernel_fastest_instructions()
) -> Tensor {
    precondition(input.width == weights.columns, "matrixMultiply: inner sizes differ")
    precondition(bias.map { $0.count == weights.rows } ?? true, "matrixMultiply: bias of another size")
    let rows = input.rows, outputs = weights.rows
    precondition(residual.map { $0.count == rows * outputs } ?? true, "matrixMultiply: residual of another size")
    return Tensor([rows, outputs]) { output in
        guard let target = output.baseAddress, rows > 0 else { return }
        let product = Product(
            input: input, weights: weights, target: target, instructions: instructions,
            epilogue: Epilogue(bias: bias, activation: activation, residual: residual, stride: outputs))
        switch ProductPlan(rows: rows, weights: weights, instructions: instructions) {
        case .packed: product.multiplyPacked()
        case .fewRows: product.multiplyFewRows()
        case .rowRanges: product.multiplyRowRanges()
        case .panels: product.multiplyPanels()
        }
    }
}

/// Layers of one input, each `x W^T + b`: `[rows, inputs] -> [rows, outputs]` for each. Where rows are packed, they are packed once.
package func projections(
    of input: Tensor, _ layers: [Linear], instructions: KernelInstructionSet = kernel_fastest_instructions()
) -> [Tensor] {
    let rows = input.rows, type = layers.first?.weight.dataType
    precondition(layers.allSatisfy { $0.weight.columns == input.width }, "projections: inner sizes differ")
    let haveOneForm = layers.allSatisfy { $0.weight.dataType == type && $0.weight.rows % PackedActivations.tileOutputs == 0 }
    guard rows > 0, let type, haveOneForm,
        case .packed = ProductPlan(rows: rows, weights: layers[0].weight, instructions: instructions)
    else { return layers.map { matrixMultiply(input, $0.weight, bias: $0.bias, instructions: instructions) } }
    let results = layers.map { TensorStorage(count: rows * $0.weight.rows) }
    let products = zip(layers, results).map { PackedProduct(weights: $0.weight, target: $1.start, bias: $0.bias) }
    PackedActivations(input, for: type, instructions: instructions).multiply(products, instructions: instructions)
    return zip(layers, results).map { Tensor(shape: [rows, $0.weight.rows], storage: $1) }
}

/// SwiGLU's inner values (arXiv 2002.05202): `silu(gate(input)) * up(input)`, `[rows, inputs] -> [rows, outputs]`. Where rows
/// are packed, they are for both products, and a product of one is multiplied with the other's while a core's cache has both.
package func siluGated(
    _ input: Tensor, gate: Linear, up: Linear, instructions: KernelInstructionSet = kernel_fastest_instructions()
) -> Tensor {
    let rows = input.rows, outputs = gate.weight.rows, weights = gate.weight
    precondition(input.width == weights.columns && input.width == up.weight.columns, "siluGated: inner sizes differ")
    precondition(up.weight.rows == outputs, "siluGated: outputs differ")
    guard rows > 0, weights.dataType == up.weight.dataType,
        case .packed = ProductPlan(rows: rows, weights: weights, instructions: instructions)
    else {
        return siluMultiply(
            gate: matrixMultiply(input, weights, bias: gate.bias, instructions: instructions),
            up: matrixMultiply(input, up.weight, bias: up.bias, instructions: instructions))
    }
    return Tensor([rows, outputs]) { output in
        guard let target = output.baseAddress else { return }
        PackedActivations(input, for: weights.dataType, instructions: instructions).multiply(
            gate: PackedProduct(weights: weights, target: target, bias: gate.bias),
            gated: PackedProduct(weights: up.weight, target: target, bias: up.bias, function: KernelProductGatedBySiLU),
            instructions: instructions)
    }
}

/// The ways to multiply.
private enum ProductPlan {
    /// Rows of activations are packed once, as `ProductKernels.h` says, and multiplied with the weights where they lie: for
    /// quantised weights, and with AMX those of 16 bits.
    case packed
    /// Each weight is read once where it lies, at the speed of memory: for decoding.
    case fewRows
    /// Each core takes some rows and all weights: for very many rows, and weights that need no widening.
    case rowRanges
    /// Each core widens panels of weights that fit its cache and multiplies all rows with them, so that the model is never
    /// copied whole.
    case panels

    /// The most rows for which reading the weights is most of the cost; `sgemm`'s packing would double it.
    private static let fewRowsLimit = KernelFewRows

    /// The rows from which packing all weights for each core's rows costs less than packing all rows for each panel.
    static let manyRows = 1024

    init(rows: Int, weights: WeightMatrix, instructions: KernelInstructionSet) {
        if weights.takesPacked(rows: rows, instructions: instructions) {
            self = .packed
        } else if rows <= Self.fewRowsLimit {
            self = .fewRows
        } else if rows >= Self.manyRows, weights.isInPlace {
            self = .rowRanges
        } else {
            self = .panels
        }
    }
}

/// One product, and where its result goes. Each plan applies the epilogue while its rows are still in the cache.
private struct Product {
    /// `[rows, inner]`, at least one row.
    let input: Tensor
    let weights: WeightMatrix
    /// `[rows, outputs]`.
    let target: UnsafeMutablePointer<Float>
    let instructions: KernelInstructionSet
    let epilogue: Epilogue

    private var rows: Int { input.rows }
    private var outputs: Int { weights.rows }
    private var inputView: MatrixView {
        MatrixView(start: input.storage.start, rows: rows, columns: weights.columns, stride: weights.columns)
    }

    func multiplyPacked() {
        let product = PackedProduct(
            weights: weights, target: target, bias: epilogue.bias, residual: epilogue.residual,
            function: epilogue.activation.productFunction)
        PackedActivations(input, for: weights.dataType, instructions: instructions).multiply([product], instructions: instructions)
    }

    func multiplyFewRows() {
        Parallel.ranges(outputs, minimum: 16) { range in
            weights.multiplyFewRows(
                input.storage.start, rows: rows, range: range, output: target + range.lowerBound, outputStride: outputs,
                instructions: instructions)
            epilogue.apply(to: target, rows: 0..<rows, columns: range)
        }
    }

    func multiplyRowRanges() {
        let view = inputView, perCore = max(2, rows / (ProductPlan.manyRows * Parallel.coreCount))
        Parallel.ranges(rows, minimum: 256, multiple: 16, perCore: perCore) { range in
            multiply(view.rows(range), outputs: 0..<outputs, into: target + range.lowerBound * outputs)
            epilogue.apply(to: target, rows: range, columns: 0..<outputs)
        }
    }

    func multiplyPanels() {
        let view = inputView
        Parallel.ranges(outputs, minimum: 64, multiple: 16) { range in
            multiply(view, outputs: range, into: target + range.lowerBound)
            epilogue.apply(to: target, rows: 0..<rows, columns: range)
        }
    }

    /// `left x weights[range]^T` by OpenBLAS.
    private func multiply(_ left: MatrixView, outputs range: Range<Int>, into output: UnsafeMutablePointer<Float>) {
        weights.withWidenedRows(range) { panel in
            OpenBLAS.multiplyTransposed(
                left, MatrixView(start: panel, rows: range.count, columns: left.columns, stride: left.columns),
                into: output, outputStride: outputs)
        }
    }
}

/// The bias, activation and residual that follow a product, row by row.
private struct Epilogue {
    let bias: Tensor?
    let activation: Activation?
    let residual: Tensor?
    /// Values from one row to the next.
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
