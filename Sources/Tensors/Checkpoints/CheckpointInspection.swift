/// Facts about a checkpoint, collected without using the model. All problems are listed, where loading throws the first.
package struct CheckpointInspection: Encodable, Sendable {
    /// A named value of the configuration, as text.
    package struct Entry: Encodable, Sendable {
        package let name: String
        package let value: String
    }

    /// The tensors of one part of the model.
    package struct Part: Encodable, Sendable {
        /// The part's folder, such as "llm", or the model's name.
        package let name: String
        package let files: Int
        package let tensors: Int
        package let parameters: Int
        package let bytes: Int
        /// Parameter counts by dtype, such as "F16".
        package let dataTypes: [String: Int]
    }

    /// The directory or file, as given.
    package let path: String
    /// Values that determine the computation, in order.
    package let configuration: [Entry]
    package let parts: [Part]
    /// Tensors that are missing, of the wrong shape or unused, one line each.
    package let problems: [String]

    /// - Parameters:
    ///   - parts: the model's parts, loaded with `Policy.collecting`.
    ///   - leftOver: errors for tensors that the model does not use.
    package init(
        path: String, configuration: [Entry], parts: [(name: String, checkpoint: Checkpoint)], leftOver: [CheckpointError]
    ) {
        self.path = path
        self.configuration = configuration
        self.parts = parts.map { name, checkpoint in
            let sizes = checkpoint.sizes
            return Part(
                name: name, files: checkpoint.fileCount, tensors: checkpoint.tensorCount,
                parameters: sizes.values.reduce(0) { $0 + $1.parameters }, bytes: sizes.values.reduce(0) { $0 + $1.bytes },
                dataTypes: Dictionary(uniqueKeysWithValues: sizes.map { ($0.rawValue, $1.parameters) }))
        }
        problems = (parts.flatMap(\.checkpoint.problems) + leftOver).map(\.description)
    }
}

extension CheckpointInspection.Entry {
    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}
