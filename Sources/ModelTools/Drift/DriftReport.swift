import DAMVideo

/// How far a model's numbers are from those of the model it stands for, stage by stage, on some objects.
package struct DriftReport: Encodable, Sendable {
    /// Each stage's numbers come from the model's own of the stage before.
    package enum Stage: String, Encodable, Sendable, CaseIterable {
        /// Features of the view that gives context.
        case fullView = "full-view"
        /// Features of the crop, which has looked up the context.
        case cropContext = "crop-context"
        /// A frame's tokens in the language model.
        case projector
        /// Logits of the first token, less their mean, which changes no probability.
        case prefill
        /// The same of the others, both models being given the reference's tokens.
        case decode
    }

    /// A stage's deviation, all tensors that were compared together.
    package struct StageDeviation: Encodable, Sendable {
        package let stage: Stage
        package internal(set) var tensors: Int
        package internal(set) var deviation: Deviation
    }

    /// A token of the vocabulary.
    package struct Token: Encodable, Sendable {
        package let id: Int
        /// Alone; part of a character is shown as "\u{fffd}".
        package let text: String
    }

    /// A token that is another than the reference's, behind the same tokens.
    package struct Change: Encodable, Sendable {
        /// Its number in the answer, from 0.
        package let step: Int
        package let expected: Token
        package let found: Token
        /// By how much the reference's logits prefer its token to the one that was found, as part of their range.
        package let margin: Double
    }

    /// An object.
    package struct Case: Encodable, Sendable {
        package let name: String
        package let stages: [StageDeviation]
        /// Tokens of the reference's answer, the likeliest each time.
        package let tokens: Int
        package let changes: [Change]
    }

    /// Directories.
    package let reference: String
    package let model: String
    /// How their weights are stored.
    package let referenceWeights: String
    package let weights: String
    package private(set) var cases: [Case] = []
    /// All cases together.
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

    package var tokens: Int { cases.reduce(0) { $0 + $1.tokens } }
    package var changes: [Change] { cases.flatMap(\.changes) }
}

extension [DriftReport.StageDeviation] {
    /// Takes each stage's together.
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
