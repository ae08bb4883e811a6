/// A scope in a checkpoint: a tensor's name, or a prefix that a module's tensors share. `weights["self_attn"]["q_proj"]` is
/// `self_attn.q_proj`. Layers request tensors from it by name and shape.
package struct Weights: Sendable {
    let source: any TensorSource
    package let name: String

    package subscript(_ part: String) -> Weights {
        Weights(source: source, name: name.isEmpty ? part : "\(name).\(part)")
    }

    package subscript(_ index: Int) -> Weights { self["\(index)"] }

    /// Path of the source, for errors.
    package var path: String { source.path }

    /// True if there is a tensor with exactly this name.
    package var exists: Bool { source.contains(name) }

    /// Copies a small tensor (a bias, a norm, a position table) in single precision.
    /// - Throws: `CheckpointError` if it is missing or has the wrong shape.
    package func tensor(_ shape: [Int]) throws -> Tensor {
        let (bytes, dataType) = try source.find(name, shape: shape)
        return widened(bytes, dataType, shape: shape)
    }

    /// A matrix, without a copy.
    /// - Throws: `CheckpointError` if it is missing or has the wrong shape.
    package func matrix(rows: Int, columns: Int) throws -> WeightMatrix {
        try matrix(storedAs: [rows, columns])
    }

    /// A tensor of any rank viewed as a matrix of `shape[0]` rows.
    /// - Throws: `CheckpointError` if it is missing or has the wrong shape.
    func matrix(storedAs shape: [Int]) throws -> WeightMatrix {
        let (bytes, dataType) = try source.find(name, shape: shape)
        return WeightMatrix(bytes, dataType, rows: shape[0], columns: shape.dropFirst().reduce(1, *))
    }
}
