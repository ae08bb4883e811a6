import Tensors

extension CheckpointConversion {
    /// A SAM 2 checkpoint. The original authors' file becomes a directory in the hub's layout.
    /// - Parameter type: of the matrices; nil leaves them as they are.
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

    /// Chooses the type of a tensor of SAM 2 once the checkpoint is converted to `target`.
    ///
    /// Only the image encoder's blocks and the attention to memories are quantised: they hold nine tenths of the weights and of
    /// the work. Prompts, mask decoder, memory encoder and the pyramid are small, and their numbers decide a mask's edge.
    /// Norms, biases and tables of positions stay as they are.
    private static func segmentAnythingType(of tensor: StoredTensor, named name: String, converting target: DataType?) -> DataType {
        guard let target, tensor.shape.count >= 2, !tensor.shape.contains(0), name.hasSuffix(".weight"),
            !name.hasPrefix("prompt_encoder."), !name.hasPrefix("shared_image_embedding.")
        else { return tensor.dataType }
        guard target.isQuantized else { return target }
        let isLarge = name.hasPrefix("vision_encoder.backbone.blocks.") || name.hasPrefix("memory_attention.layers.")
        return isLarge && tensor.shape.count == 2 ? target : tensor.dataType
    }
}
