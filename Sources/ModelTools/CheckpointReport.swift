import DescribeAnything
import Imaging

/// What a checkpoint directory holds: for people deciding whether it is the one they want, and why it does not load.
public struct CheckpointReport: Encodable, Sendable {
    public struct Part: Encodable, Sendable {
        /// The folder: "vision_tower", "context_provider", "mm_projector" or "llm".
        public let name: String
        public let files: Int
        public let tensors: Int
        public let parameters: Int
        public let bytes: Int
        /// Parameters by dtype.
        public let dataTypes: [String: Int]
    }

    public let path: String
    /// Names and values of the configuration that decide what is computed, in order.
    public let configuration: [Entry]
    public let parts: [Part]
    /// Tensors that are missing, misshapen or left over, one line each.
    public let problems: [String]

    public struct Entry: Encodable, Sendable {
        public let name: String
        public let value: String
    }

    /// - Throws: `InputError` of category `unusableModel` when configuration or files cannot be read at all.
    public init(directory: String) throws {
        let inspection = try InputError.translating { try CheckpointInspection(directory: directory) }
        path = directory
        configuration = inspection.configuration.summary.map { Entry(name: $0.name, value: $0.value) }
        parts = inspection.parts.map { part in
            Part(
                name: part.name, files: part.files, tensors: part.tensors,
                parameters: part.sizes.reduce(0) { $0 + $1.parameters }, bytes: part.sizes.reduce(0) { $0 + $1.bytes },
                dataTypes: Dictionary(uniqueKeysWithValues: part.sizes.map { ($0.dataType, $0.parameters) }))
        }
        problems = inspection.problems
    }
}
