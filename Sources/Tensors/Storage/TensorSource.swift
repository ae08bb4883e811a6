/// Source of a model's tensors: layers request them by name and shape.
package protocol TensorSource: Sendable {
    /// Path of the source, for errors.
    var path: String { get }

    /// True if there is a tensor with exactly this name.
    func contains(_ name: String) -> Bool

    /// A tensor's bytes, of the size given by shape and dtype.
    /// - Throws: `CheckpointError` if it is missing or has the wrong shape.
    func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType)
}

extension TensorSource {
    /// The scope that contains every tensor.
    package var weights: Weights { Weights(source: self, name: "") }
}
