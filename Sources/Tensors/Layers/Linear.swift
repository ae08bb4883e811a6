/// `y = x W^T + b`. Keys: `weight` `[outputs, inputs]` in the file's dtype, `bias` `[outputs]`.
package struct Linear: Sendable {
    package let weight: WeightMatrix
    package let bias: Tensor?

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, inputs: Int, outputs: Int, bias: Bool = true) throws {
        weight = try weights["weight"].matrix(rows: outputs, columns: inputs)
        self.bias = bias ? try weights["bias"].tensor([outputs]) : nil
    }

    /// Loads a convolution kernel as a matrix: `weight` of this shape is viewed as `shape[0]` rows.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(convolution weights: Weights, shape: [Int], bias: Bool = true) throws {
        weight = try weights["weight"].matrix(storedAs: shape)
        self.bias = bias ? try weights["bias"].tensor([shape[0]]) : nil
    }

    /// Creates a layer from a weight `[outputs, inputs]` in memory, such as a reordered one.
    package init(weight: Tensor, bias: Tensor?) {
        self.weight = WeightMatrix(weight)
        self.bias = bias
    }

    /// Creates a layer from a weight without a copy, such as another layer's (tied embeddings).
    package init(weight: WeightMatrix, bias: Tensor? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// `activation(x W^T + b) + residual`: `[rows, inputs] -> [rows, outputs]`.
    package func callAsFunction(_ input: Tensor, activation: Activation? = nil, residual: Tensor? = nil) -> Tensor {
        matrixMultiply(input, weight, bias: bias, activation: activation, residual: residual)
    }
}
