import DescribeAnything
import Imaging

/// What a checkpoint directory holds: for people deciding whether it is the one they want, and why it does not load.
package struct CheckpointReport: Encodable, Sendable {
    package struct Part: Encodable, Sendable {
        /// The folder: "vision_tower", "context_provider", "mm_projector" or "llm".
        package let name: String
        package let files: Int
        package let tensors: Int
        package let parameters: Int
        package let bytes: Int
        /// Parameters by dtype.
        package let dataTypes: [String: Int]
    }

    package let path: String
    /// Names and values of the configuration that decide what is computed, in order.
    package let configuration: [Entry]
    package let parts: [Part]
    /// Tensors that are missing, misshapen or left over, one line each.
    package let problems: [String]

    package struct Entry: Encodable, Sendable {
        package let name: String
        package let value: String
    }

    /// - Throws: `InputError` of category `unusableModel` when configuration or files cannot be read at all.
    package init(directory: String) throws {
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
