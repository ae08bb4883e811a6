/// Source of a model's tensors: a layer asks for them by name and shape.
package protocol TensorSource: Sendable {
    /// Name in errors: the place of the tensors.
    var path: String { get }

    /// True if there is a tensor of exactly this name.
    func contains(_ name: String) -> Bool

    /// A tensor's bytes, of the size that shape and dtype make.
    /// - Throws: `CheckpointError` when it is missing or has another shape.
    func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType)
}

extension TensorSource {
    /// The scope that holds every tensor.
    package var weights: Weights { Weights(source: self, name: "") }
}
