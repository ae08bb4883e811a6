/// The tensors of a checkpoint, file by file, each with its target storage type.
package struct CheckpointConversion: Sendable {
    /// A file of tensors.
    package struct File: Sendable {
        /// The file's folder, such as "llm"; empty for the checkpoint's root.
        package let folder: String
        package let name: String
        /// Tensors, sorted by name.
        package let tensors: [(name: String, stored: StoredTensor, target: DataType)]

        /// - Parameter target: returns the storage type of a tensor, by its name.
        package init(
            folder: String, name: String, _ tensors: [String: StoredTensor], target: (String, StoredTensor) -> DataType
        ) {
            (self.folder, self.name) = (folder, name)
            self.tensors = tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value, target($0.key, $0.value)) }
        }

        /// Path within the checkpoint.
        package var path: String { folder.isEmpty ? name : folder + "/" + name }
    }

    package let files: [File]
    /// Folders whose files are listed in an index.
    package let indexed: Set<String>
    /// Subfolders of the checkpoint.
    package let folders: [String]
    /// The configuration to write if the checkpoint has no such file, else nil.
    package let configuration: ConfigurationFile?

    package init(files: [File], indexed: Set<String>, folders: [String], configuration: ConfigurationFile? = nil) {
        (self.files, self.indexed, self.folders, self.configuration) = (files, indexed, folders, configuration)
    }
}
