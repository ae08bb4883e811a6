import Tensors

/// A checkpoint directory, file by file, and the type that each of its tensors is to be stored as.
package struct CheckpointConversion: Sendable {
    /// A file of tensors.
    package struct File: Sendable {
        /// The folder it lies in, such as "llm".
        package let folder: String
        package let name: String
        /// In the order of their names.
        package let tensors: [(name: String, stored: StoredTensor, target: DataType)]
    }

    package let files: [File]
    /// Folders whose files are listed in an index.
    package let indexed: Set<String>

    /// Folders of a checkpoint, whether they have tensors or only a configuration.
    package static let folders = ["vision_tower", "context_provider", "mm_projector", "llm"]

    /// - Throws: `CheckpointError` when the directory is no checkpoint that can be used.
    package init(directory: String, to formats: WeightFormats) throws {
        let files = try CheckpointFiles(directory: directory, policy: .strict)
        _ = try DescribeAnythingModel(files)
        if let leftOver = files.leftOver(files.configuration).first { throw leftOver }
        self.files = files.parts.flatMap { part, checkpoint in
            checkpoint.shards.map { file, tensors in
                File(folder: part, name: file, tensors: tensors.sorted { $0.key < $1.key }.map { name, tensor in
                    (name, tensor, formats.dataType(of: tensor, named: name, isLanguage: part == "llm"))
                })
            }
        }
        indexed = Set(files.parts.filter(\.checkpoint.isIndexed).map(\.name))
    }
}
