/// A table of learned rows. Key: `weight` `[count, width]`.
package struct Embedding: Sendable {
    package let weight: WeightMatrix

    /// - Throws: `CheckpointError` when the tensor is missing or has another shape.
    package init(_ weights: Weights, count: Int, width: Int) throws {
        weight = try weights["weight"].matrix(rows: count, columns: width)
    }

    /// Rows `indices` (each must be one of the table's): `[indices, width]`.
    package func callAsFunction(_ indices: [Int]) -> Tensor {
        Tensor([indices.count, weight.columns]) { output in
            guard let target = output.baseAddress else { return }
            for (row, index) in indices.enumerated() { weight.copyRow(index, to: target + row * weight.columns) }
        }
    }
}
