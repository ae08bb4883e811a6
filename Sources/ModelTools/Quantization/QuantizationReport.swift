/// How far the writing of a checkpoint has come.
package struct QuantizationProgress: Sendable {
    /// The folder at work, such as "llm"; nil when all are written.
    package let part: String?
    /// Tensors that are written, and all there are.
    package let done: Int
    package let total: Int
}

/// A checkpoint before and after its weights were converted, part by part.
package struct QuantizationReport: Encodable, Sendable {
    /// A part, as it was and as it is.
    package struct Part: Encodable, Sendable {
        package let before: CheckpointReport.Part
        package let after: CheckpointReport.Part
    }

    /// Directories.
    package let source: String
    package let output: String
    package let parts: [Part]
    /// How far the new one is from the old one on some objects; nil when nobody measured it.
    package var drift: DriftReport?

    init(before: CheckpointReport, after: CheckpointReport, output: String) {
        source = before.path
        self.output = output
        parts = zip(before.parts, after.parts).map(Part.init)
    }
}
