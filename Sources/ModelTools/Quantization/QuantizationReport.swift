/// How far the writing of a checkpoint has come.
public struct QuantizationProgress: Sendable {
    /// The folder at work, such as "llm"; nil when all are written.
    public let part: String?
    /// Tensors that are written, and all there are.
    public let done: Int
    public let total: Int
}

/// A checkpoint before and after its weights were converted, part by part.
public struct QuantizationReport: Encodable, Sendable {
    /// A part, as it was and as it is.
    public struct Part: Encodable, Sendable {
        public let before: CheckpointReport.Part
        public let after: CheckpointReport.Part
    }

    /// Directories.
    public let source: String
    public let output: String
    public let parts: [Part]
    /// How far the new one is from the old one on some objects; nil when nobody measured it.
    public var drift: DriftReport?

    init(before: CheckpointReport, after: CheckpointReport, output: String) {
        source = before.path
        self.output = output
        parts = zip(before.parts, after.parts).map(Part.init)
    }
}
