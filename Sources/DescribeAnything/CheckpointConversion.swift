import Tensors

extension CheckpointConversion {
    /// Folders of a DAM checkpoint; a projector's may have no tensors, only a configuration.
    package static let describeAnythingFolders = ["vision_tower", "context_provider", "mm_projector", "llm"]

    /// A DAM checkpoint directory.
    /// - Parameters:
    ///   - vision: type of the matrices of vision tower, context provider and projector; nil leaves them as they are.
    ///   - language: type of the language model's matrices; nil leaves them as they are.
    /// - Throws: `CheckpointError` if the model does not load from the directory.
    package init(directory: String, vision: DataType?, language: DataType?) throws {
        let files = try CheckpointFiles(directory: directory, policy: .strict)
        _ = try DescribeAnythingModel(files)
        if let leftOver = files.leftOver(files.configuration).first { throw leftOver }
        let converted = files.parts.flatMap { part, checkpoint in
            let target = part == "llm" ? language : vision
            return checkpoint.shards.map { file, tensors in
                File(folder: part, name: file, tensors) { Self.dataType(of: $1, named: $0, converting: target) }
            }
        }
        self.init(
            files: converted, indexed: Set(files.parts.filter(\.checkpoint.isIndexed).map(\.name)),
            folders: Self.describeAnythingFolders)
    }

    /// Chooses the type of a tensor once its part of the model is converted to `target`.
    ///
    /// Norms, biases, gates and tables of positions stay as they are: they are small, and each of their numbers counts.
    /// Only matrices are quantised. Patch embeddings are not, for they are small; nor are token embeddings, of which a prompt
    /// reads a few rows (tied ones are the head as well, and lose more than they save). A head of its own, which decides
    /// between tokens of nearly equal logits, keeps 8 bits where the layers have 4.
    private static func dataType(of tensor: StoredTensor, named name: String, converting target: DataType?) -> DataType {
        guard let target, tensor.shape.count >= 2, !tensor.shape.contains(0), !name.hasSuffix("position_embedding.weight")
        else { return tensor.dataType }
        guard target.isQuantized else { return target }
        if name == "lm_head.weight" { return .q8 }
        let isMatrix = tensor.shape.count == 2 && name.hasSuffix(".weight") && !name.hasSuffix("embed_tokens.weight")
        return isMatrix ? target : tensor.dataType
    }
}
