/// Where a model's tensors come from: a layer asks for them by name and shape.
package protocol TensorSource: Sendable {
    /// What errors call it: where the tensors lie.
    var path: String { get }

    /// Whether there is a tensor of exactly this name.
    func contains(_ name: String) -> Bool

    /// A tensor's bytes, of the size that shape and dtype make.
    /// - Throws: `CheckpointError` when it is missing or has another shape.
    func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType)
}

extension TensorSource {
    /// The scope that holds every tensor.
    package var weights: Weights { Weights(source: self, name: "") }
}
