import CKernels
import Parallelism

/// Root-mean-square normalisation over the last dimension. Key: `weight` `[width]`. Source: arXiv 1910.07467.
package struct RMSNorm: Sendable {
    let weight: Tensor
    let epsilon: Float

    /// - Throws: `CheckpointError` if the tensor is missing or has the wrong shape.
    package init(_ weights: Weights, width: Int, epsilon: Float) throws {
        weight = try weights["weight"].tensor([width])
        self.epsilon = epsilon
    }

    /// `[rows, width] -> [rows, width]`.
    package func callAsFunction(_ input: Tensor) -> Tensor {
        precondition(input.width == weight.count, "RMSNorm: width differs")
        return Tensor(input.shape) { output in
            guard let source = input.storage.values.baseAddress, let target = output.baseAddress,
                let weight = weight.storage.values.baseAddress
            else { return }
            Parallel.ranges(input.rows, minimum: 16) { rows in
                let start = rows.lowerBound * input.width
                kernel_rms_norm(source + start, weight, target + start, rows.count, input.width, epsilon)
            }
        }
    }
}
