/// `y = x W^T + b`. Keys: `weight` `[outputs, inputs]` in the file's dtype, `bias` `[outputs]`.
package struct Linear: Sendable {
    package let weight: WeightMatrix
    package let bias: Tensor?

    /// - Throws: `CheckpointError` when a tensor is missing or has another shape.
    package init(_ weights: Weights, inputs: Int, outputs: Int, bias: Bool = true) throws {
        weight = try weights["weight"].matrix(rows: outputs, columns: inputs)
        self.bias = bias ? try weights["bias"].tensor([outputs]) : nil
    }

    /// A layer whose weight is another layer's (tied embeddings).
    package init(tiedTo weight: WeightMatrix) {
        self.weight = weight
        bias = nil
    }

    /// `[rows, inputs] -> [rows, outputs]`.
    package func callAsFunction(_ input: Tensor) -> Tensor {
        matrixMultiply(input, weight, bias: bias)
    }
}
