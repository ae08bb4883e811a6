import DAMVideo

/// Quantisation error of a model against its reference, stage by stage, on some objects.
package struct DriftReport: Encodable, Sendable {
    /// A compared stage. Each model computes it from its own previous stage, so that errors accumulate.
    package enum Stage: String, Encodable, Sendable, CaseIterable {
        /// Features of the context view.
        case fullView = "full-view"
        /// Features of the region's view, after cross-attention to the context.
        case cropContext = "crop-context"
        /// Image tokens of a frame.
        case projector
        /// Logits of the answer's first token, minus their mean.
        case prefill
        /// Logits of its further tokens, minus their mean, with the reference's tokens as context for both models.
        case decode
    }

    /// Error of a stage over all its tensors.
    package struct StageDeviation: Encodable, Sendable {
        package let stage: Stage
        package internal(set) var tensors: Int
        package internal(set) var deviation: Deviation
    }

    /// A token of the vocabulary.
    package struct Token: Encodable, Sendable {
        package let id: Int
        /// Text of this token alone; part of a character is shown as "\u{fffd}".
        package let text: String
    }

    /// A step at which greedy decoding chooses another token than the reference, given the same context.
    package struct Change: Encodable, Sendable {
        /// Zero-based position in the answer.
        package let step: Int
        package let expected: Token
        package let found: Token
        /// Difference of the reference's logits for the two tokens, relative to the range of its logits.
        package let margin: Double
    }

    /// The comparison on one object.
    package struct Case: Encodable, Sendable {
        package let name: String
        package let stages: [StageDeviation]
        /// Tokens of the reference's greedy answer.
        package let tokens: Int
        package let changes: [Change]
    }

    /// Directories of the two checkpoints.
    package let reference: String
    package let model: String
    /// Data types of their weights.
    package let referenceWeights: String
    package let weights: String
    package private(set) var cases: [Case] = []
    /// Errors over all cases.
    package private(set) var stages: [StageDeviation] = []

    enum CodingKeys: String, CodingKey {
        case reference, model, weights, cases, stages
        case referenceWeights = "reference_weights"
    }

    init(reference: CaptionModel, model: CaptionModel) {
        (self.reference, self.model) = (reference.path, model.path)
        (referenceWeights, weights) = (reference.model.weightFormats, model.model.weightFormats)
    }

    mutating func add(_ object: Case) {
        cases.append(object)
        stages.add(object.stages)
    }

    /// Number of compared tokens over all cases.
    package var tokens: Int { cases.reduce(0) { $0 + $1.tokens } }
    package var changes: [Change] { cases.flatMap(\.changes) }
}

extension [DriftReport.StageDeviation] {
    /// Merges the errors of each stage.
    mutating func add(_ others: [DriftReport.StageDeviation]) {
        for other in others {
            if let index = firstIndex(where: { $0.stage == other.stage }) {
                self[index].tensors += other.tensors
                self[index].deviation.add(other.deviation)
            } else {
                append(other)
            }
        }
    }
}
