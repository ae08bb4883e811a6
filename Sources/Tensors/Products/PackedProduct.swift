import CKernels
import Parallelism

/// A product of packed rows with some matrix, and where its result goes: `[rows, weights.rows]`.
struct PackedProduct {
    let weights: WeightMatrix
    let target: UnsafeMutablePointer<Float>
    /// Both of all outputs.
    var bias: Tensor?
    var residual: Tensor?
    var function = KernelProductAlone

    var outputs: Int { weights.rows }

    /// Outputs `range`, whose begin is a multiple of 16, on this thread.
    func multiply(_ packed: PackedActivations, range: Range<Int>, instructions: KernelInstructionSet) {
        let first = range.lowerBound
        let epilogue = KernelEpilogue(
            bias: bias.map { UnsafePointer($0.storage.start + first) }, function: function,
            residual: residual.map { UnsafePointer($0.storage.start + first) })
        weights.multiply(
            packed, range: range, epilogue: epilogue, output: target + first, outputStride: outputs, instructions: instructions)
    }
}

extension PackedActivations {
    /// Products of these rows with several matrices, one after the other in one division of all their outputs among the cores. All
    /// but the last have a multiple of `tileOutputs` outputs.
    func multiply(_ products: [PackedProduct], instructions: KernelInstructionSet) {
        let starts = products.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.outputs) }
        divide(starts[products.count], instructions: instructions) { range in
            for (start, product) in zip(starts, products) {
                let own = range.clamped(to: start..<start + product.outputs)
                guard !own.isEmpty else { continue }
                product.multiply(self, range: own.lowerBound - start..<own.upperBound - start, instructions: instructions)
            }
        }
    }

    /// A product and then its gated one, in ranges of outputs whose results stay in a core's cache in between.
    func multiply(gate: PackedProduct, gated: PackedProduct, instructions: KernelInstructionSet) {
        let bytes = rows * gate.outputs * MemoryLayout<Float>.stride
        let perCore = max(2, bytes / (Self.cachedBytes * Parallel.coreCount))
        divide(gate.outputs, perCore: perCore, instructions: instructions) { range in
            gate.multiply(self, range: range, instructions: instructions)
            gated.multiply(self, range: range, instructions: instructions)
        }
    }

    /// Outputs that ranges begin at multiples of.
    static let tileOutputs = 64

    /// Bytes of results that stay in L2 beside the weights: fewer would read the packed rows more often.
    private static let cachedBytes = 1 << 20

    private func divide(_ outputs: Int, perCore: Int = 2, instructions: KernelInstructionSet, _ body: (Range<Int>) -> Void) {
        guard rows > KernelFewRows, instructions != KernelAMX else {
            // Few rows' results always fit, and AMX is fastest with many outputs at a time.
            return Parallel.ranges(outputs, minimum: 64, multiple: 32, body)
        }
        Parallel.ranges(outputs, minimum: 128, multiple: Self.tileOutputs, perCore: perCore, body)
    }
}

extension Activation? {
    /// The kernels' name of it.
    var productFunction: KernelProductFunction {
        switch self {
        case .geluTanh: KernelProductGELUTanh
        case .gelu: KernelProductGELU
        case .silu: KernelProductSiLU
        case .relu: KernelProductReLU
        case nil: KernelProductAlone
        }
    }
}
