import Tensors

extension CheckpointConversion {
    /// Plans the conversion of a SAM 2 checkpoint. The original authors' file becomes a directory in the hub's layout.
    /// - Parameter type: storage type of the matrices; nil keeps each matrix's type.
    /// - Throws: `CheckpointError` if the model does not load.
    package init(segmentAnything path: String, to type: DataType?) throws {
        let files = try SegmentAnythingCheckpoint(path: path)
        try files.loadModel()
        let checkpoint = files.checkpoint
        let converted = checkpoint.shards.map { file, tensors in
            File(folder: "", name: file.hasSuffix(".safetensors") ? file : "model.safetensors", tensors) {
                Self.segmentAnythingType(of: $1, named: $0, converting: type)
            }
        }
        self.init(
            files: converted, indexed: checkpoint.isIndexed ? [""] : [], folders: [],
            configuration: files.derivedConfiguration)
    }

    /// Returns the storage type of a tensor of SAM 2 when the checkpoint is converted to `target`.
    ///
    /// Only the image encoder's blocks and the memory attention are quantised: they account for nine tenths of the weights and
    /// of the computation. The prompt encoder, mask decoder, memory encoder and feature pyramid are small and determine the
    /// mask's boundary. Norms, biases and position tables keep their type.
    private static func segmentAnythingType(of tensor: StoredTensor, named name: String, converting target: DataType?) -> DataType {
        guard let target, tensor.shape.count >= 2, !tensor.shape.contains(0), name.hasSuffix(".weight"),
            !name.hasPrefix("prompt_encoder."), !name.hasPrefix("shared_image_embedding.")
        else { return tensor.dataType }
        guard target.isQuantized else { return target }
        let isLarge = name.hasPrefix("vision_encoder.backbone.blocks.") || name.hasPrefix("memory_attention.layers.")
        return isLarge && tensor.shape.count == 2 ? target : tensor.dataType
    }
}
