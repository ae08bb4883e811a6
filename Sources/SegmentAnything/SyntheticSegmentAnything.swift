import Tensors

extension PublishedSize {
    /// The published name of SAM 2.1 in this size, without the owner.
    package var name: String { "sam2.1-hiera-" + rawValue }

    /// - Throws: `CheckpointError` for an unsupported key.
    package func configuration() throws -> SegmentAnythingConfiguration {
        try SegmentAnythingConfiguration(ConfigurationFile(path: name, values: values))
    }
}

extension SegmentAnythingVideoModel {
    /// Storage type of most of the weights.
    package var dataType: DataType { image.maskDecoder.transformer.finalAttnTokenToImage.qProj.weight.dataType }

    /// Creates SAM 2.1 of a published size with random weights in memory, to measure time and memory without a checkpoint.
    /// - Throws: `CheckpointError` if there is not enough memory.
    package init(_ size: PublishedSize, _ dataType: DataType, seed: UInt64 = 0) throws {
        try self.init(SyntheticTensors(dataType, seed: seed).weights, try size.configuration())
    }
}
