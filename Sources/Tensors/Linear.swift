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
        let product = matrixMultiply(input, weight)
        guard let bias else { return product }
        return Tensor(product.shape) { output in
            Parallel.ranges(product.rows, minimum: 16) { rows in
                let values = product.storage.values, width = product.width, bias = bias.storage.values
                for row in rows {
                    for column in 0..<width { output[row * width + column] = values[row * width + column] + bias[column] }
                }
            }
        }
    }
}
