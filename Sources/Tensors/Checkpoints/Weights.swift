/// A name in a checkpoint: a tensor, or the prefix that a module's tensors share. `weights["self_attn"]["q_proj"]` is
/// `self_attn.q_proj`; a layer asks it for tensors by name and shape.
package struct Weights: Sendable {
    let source: any TensorSource
    package let name: String

    package subscript(_ part: String) -> Weights {
        Weights(source: source, name: name.isEmpty ? part : "\(name).\(part)")
    }

    package subscript(_ index: Int) -> Weights { self["\(index)"] }

    /// Name in errors of the place the tensors come from.
    package var path: String { source.path }

    /// True if there is a tensor of exactly this name.
    package var exists: Bool { source.contains(name) }

    /// A small tensor (a bias, a norm, a table of positions), copied to single precision.
    /// - Throws: `CheckpointError` when it is missing or has another shape.
    package func tensor(_ shape: [Int]) throws -> Tensor {
        let (bytes, dataType) = try source.find(name, shape: shape)
        return widened(bytes, dataType, shape: shape)
    }

    /// A matrix, left where it is.
    /// - Throws: `CheckpointError` when it is missing or has another shape.
    package func matrix(rows: Int, columns: Int) throws -> WeightMatrix {
        try matrix(storedAs: [rows, columns])
    }

    /// A tensor of any rank seen as `shape[0]` rows.
    /// - Throws: `CheckpointError` when it is missing or has another shape.
    func matrix(storedAs shape: [Int]) throws -> WeightMatrix {
        let (bytes, dataType) = try source.find(name, shape: shape)
        return WeightMatrix(bytes, dataType, rows: shape[0], columns: shape.dropFirst().reduce(1, *))
    }
}
