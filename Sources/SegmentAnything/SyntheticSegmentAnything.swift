import Tensors

extension PublishedSize {
    /// The published name of SAM 2.1 in this size, without its owner.
    package var name: String { "sam2.1-hiera-" + rawValue }

    /// - Throws: `CheckpointError` for a key this program does not understand.
    package func configuration() throws -> SegmentAnythingConfiguration {
        try SegmentAnythingConfiguration(ConfigurationFile(path: name, values: values))
    }
}

extension SegmentAnythingVideoModel {
    /// Storage type of most of the weights.
    package var dataType: DataType { image.maskDecoder.transformer.finalAttnTokenToImage.qProj.weight.dataType }

    /// SAM 2.1 in a published size with random weights, made in memory: for measuring time and memory without a
    /// checkpoint.
    /// - Throws: `CheckpointError` when there is no memory for it.
    package init(_ size: PublishedSize, _ dataType: DataType, seed: UInt64 = 0) throws {
        try self.init(SyntheticTensors(dataType, seed: seed).weights, try size.configuration())
    }
}
