/// An embedding table. Key: `weight` `[count, width]`.
package struct Embedding: Sendable {
    package let weight: WeightMatrix

    /// - Throws: `CheckpointError` if the tensor is missing or has the wrong shape.
    package init(_ weights: Weights, count: Int, width: Int) throws {
        weight = try weights["weight"].matrix(rows: count, columns: width)
    }

    /// Rows `indices`, each of which must be in range: `[indices, width]`.
    package func callAsFunction(_ indices: [Int]) -> Tensor {
        Tensor([indices.count, weight.columns]) { output in
            guard let target = output.baseAddress else { return }
            for (row, index) in indices.enumerated() { weight.copyRow(index, to: target + row * weight.columns) }
        }
    }
}
