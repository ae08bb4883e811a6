import Tensors

/// Progress of writing a checkpoint.
package struct QuantizationProgress: Sendable {
    /// Folder being written, such as "llm", or file; nil when all are written.
    package let part: String?
    /// Number of tensors written, of `total`.
    package let done: Int
    package let total: Int
}

/// Sizes of a checkpoint before and after conversion, part by part.
package struct QuantizationReport: Encodable, Sendable {
    /// One part of the checkpoint, before and after.
    package struct Part: Encodable, Sendable {
        package let before: CheckpointInspection.Part
        package let after: CheckpointInspection.Part
    }

    /// Paths of the source checkpoint and of the new directory.
    package let source: String
    package let output: String
    package let parts: [Part]
    /// Quantisation error on some inputs; nil if it was not measured.
    package var drift: DriftReport?

    init(before: CheckpointInspection, after: CheckpointInspection, output: String) {
        source = before.path
        self.output = output
        parts = zip(before.parts, after.parts).map(Part.init)
    }
}
