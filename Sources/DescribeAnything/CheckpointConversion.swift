import Tensors

extension CheckpointConversion {
    /// Folders of a DAM checkpoint. The projector's may hold a configuration without tensors.
    package static let describeAnythingFolders = ["vision_tower", "context_provider", "mm_projector", "llm"]

    /// Plans the conversion of a DAM checkpoint directory.
    /// - Parameters:
    ///   - vision: storage type of the matrices of the vision tower, context provider and projector; nil keeps each matrix's
    ///     type.
    ///   - language: storage type of the language model's matrices; nil keeps each matrix's type.
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

    /// Returns the storage type of a tensor when its part of the model is converted to `target`.
    ///
    /// Norms, biases, gates and position tables keep their type: they are small and sensitive. Only matrices are quantised.
    /// Patch embeddings are not, because they are small; nor are token embeddings, of which a prompt reads only a few rows (tied
    /// ones also serve as the head, where quantisation costs more accuracy than it saves). An untied head, which has to separate
    /// nearly equal logits, is kept at 8 bits where the layers have 4.
    private static func dataType(of tensor: StoredTensor, named name: String, converting target: DataType?) -> DataType {
        guard let target, tensor.shape.count >= 2, !tensor.shape.contains(0), !name.hasSuffix("position_embedding.weight")
        else { return tensor.dataType }
        guard target.isQuantized else { return target }
        if name == "lm_head.weight" { return .q8 }
        let isMatrix = tensor.shape.count == 2 && name.hasSuffix(".weight") && !name.hasSuffix("embed_tokens.weight")
        return isMatrix ? target : tensor.dataType
    }
}
