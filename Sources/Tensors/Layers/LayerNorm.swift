import CKernels
import Parallelism

/// Layer normalisation over the last dimension. Keys: `weight`, `bias` `[width]`. Source: arXiv 1607.06450.
package struct LayerNorm: Sendable {
    let weight: Tensor
    let bias: Tensor
    let epsilon: Float

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, width: Int, epsilon: Float) throws {
        weight = try weights["weight"].tensor([width])
        bias = try weights["bias"].tensor([width])
        self.epsilon = epsilon
    }

    /// `[rows, width] -> [rows, width]`.
    package func callAsFunction(_ input: Tensor) -> Tensor {
        precondition(input.width == weight.count, "LayerNorm: width differs")
        return Tensor(input.shape) { output in
            guard let source = input.storage.values.baseAddress, let target = output.baseAddress,
                let weight = weight.storage.values.baseAddress, let bias = bias.storage.values.baseAddress
            else { return }
            Parallel.ranges(input.rows, minimum: 16) { rows in
                let start = rows.lowerBound * input.width
                kernel_layer_norm(source + start, weight, bias, target + start, rows.count, input.width, epsilon)
            }
        }
    }
}
