import DescribeAnything
import Imaging
import LanguageModels
import Tensors

/// Runs one object through a model and its reference, and compares their stages.
struct DriftMeasurement {
    let reference: DescribeAnythingModel
    let model: DescribeAnythingModel
    let subject: DriftSubject
    let maxNewTokens: Int
    /// Errors so far, one entry for each stage.
    private var stages: [DriftReport.StageDeviation] = []

    init(reference: DescribeAnythingModel, model: DescribeAnythingModel, subject: DriftSubject, maxNewTokens: Int) {
        self.reference = reference
        self.model = model
        self.subject = subject
        self.maxNewTokens = maxNewTokens
    }

    /// - Throws: `InputError` if frames and query do not match or a model produces infinity or NaN; `PromptTooLongError`.
    mutating func run() throws -> DriftReport.Case {
        let query = reference.tokens(query: subject.query)
        guard query.count(where: { $0 == Conversation.imageToken }) == subject.frames.count else {
            throw InputError(
                .invalid, "\(subject.name): found \(subject.frames.count) frames, expected as many as there are "
                    + "\(Conversation.imagePlaceholder) in the query")
        }
        var expected: [Tensor] = [], found: [Tensor] = []
        for prompt in subject.frames {
            let pixels = reference.pixels(prompt)
            let right = FrameFeatures(pixels, reference), own = FrameFeatures(pixels, model)
            try compare(.fullView, own.context, right.context)
            if let ownRegion = own.region, let rightRegion = right.region { try compare(.cropContext, ownRegion, rightRegion) }
            try compare(.projector, own.tokens, right.tokens)
            expected.append(right.tokens)
            found.append(own.tokens)
        }
        let (tokens, changes) = try answer(
            reference.embeddings(query, frames: expected), model.embeddings(query, frames: found))
        return DriftReport.Case(name: subject.name, stages: stages, tokens: tokens, changes: changes)
    }

    /// Compares logits along the reference's greedy answer, given each model's own prompt `[prompt tokens, width]`.
    private mutating func answer(
        _ expectedPrompt: Tensor, _ foundPrompt: Tensor
    ) throws -> (tokens: Int, changes: [DriftReport.Change]) {
        let configuration = reference.llm.configuration, room = configuration.contextLength - expectedPrompt.rows
        guard room > 0 else {
            throw PromptTooLongError(tokens: expectedPrompt.rows, limit: configuration.contextLength)
        }
        let limit = min(maxNewTokens, room)
        let caches = [reference, model].map { $0.llm.cache(capacity: expectedPrompt.rows + limit) }
        var expected = reference.llm.prefill(expectedPrompt, caches[0])
        var found = model.llm.prefill(foundPrompt, caches[1])
        try compare(.prefill, found.centred, expected.centred)
        var changes: [DriftReport.Change] = []
        for step in 0... {
            let logits = expected.array, token = argmax(logits), other = argmax(found.array)
            if other != token { changes.append(change(at: step, token, other, logits)) }
            if configuration.eosTokens.contains(token) || step + 1 == limit { return (step + 1, changes) }
            expected = reference.llm.step([token], [caches[0]])
            found = model.llm.step([token], [caches[1]])
            try compare(.decode, found.centred, expected.centred)
        }
        return (limit, changes)
    }

    /// Records that greedy decoding would choose `other` instead of the reference's `token`, with the reference's `logits`.
    private func change(at step: Int, _ token: Int, _ other: Int, _ logits: [Float]) -> DriftReport.Change {
        let range = Double(logits[token]) - Double(logits.min() ?? 0)
        func named(_ id: Int) -> DriftReport.Token {
            DriftReport.Token(id: id, text: reference.tokenizer.decode([id], skippingSpecialTokens: false))
        }
        return DriftReport.Change(
            step: step, expected: named(token), found: named(other),
            margin: range > 0 ? (Double(logits[token]) - Double(logits[other])) / range : 0)
    }

    /// Adds the error of a stage's tensor.
    private mutating func compare(_ stage: DriftReport.Stage, _ found: Tensor, _ expected: Tensor) throws {
        guard let deviation = Deviation(of: found, from: expected) else {
            throw InputError(
                .unusableModel, "\(model.directory): found an infinity or NaN in \(stage.rawValue) of \(subject.name), "
                    + "or in \(reference.directory), expected numbers")
        }
        stages.add([DriftReport.StageDeviation(stage: stage, tensors: 1, deviation: deviation)])
    }
}

extension Tensor {
    /// The values minus their mean: a constant added to all logits changes no probability.
    fileprivate var centred: Tensor {
        withValues { values in
            let mean = Float(values.reduce(0.0) { $0 + Double($1) } / Double(max(1, values.count)))
            return Tensor(shape) { output in
                for index in output.indices { output[index] = values[index] - mean }
            }
        }
    }
}

/// A model's vision stages on one frame.
private struct FrameFeatures {
    /// Features of the context view, `[tokens, width]`.
    let context: Tensor
    /// Features of the region's view; nil for a frame that skips the context provider.
    let region: Tensor?
    /// Image tokens, `[image tokens, language width]`.
    let tokens: Tensor

    init(_ pixels: Tensor, _ model: DescribeAnythingModel) {
        context = model.contextFeatures(pixels)
        region = model.skipsContextProvider(pixels) ? nil : model.regionFeatures(pixels, context: context)
        tokens = model.imageTokens(region ?? context)
    }
}
