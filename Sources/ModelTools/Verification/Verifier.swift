import DescribeAnything
import Imaging
import LanguageModels
import Tensors

/// Recomputes golden sets, each stage from this program's own previous stage, and compares.
package enum Verifier {
    /// - Parameters:
    ///   - directory: path of a golden set.
    ///   - modelDirectory: its model; nil for the one in the set.
    ///   - progress: called after each check.
    /// - Throws: `InputError` if the set or its model cannot be read. An exceeded tolerance is a result, not an error.
    package static func verify(
        _ directory: String, model modelDirectory: String? = nil,
        progress: @escaping (VerificationReport.Check) -> Void = { _ in }
    ) throws -> VerificationReport {
        try InputError.translating {
            let set = try GoldenSet(path: directory)
            let model = try DescribeAnythingModel(directory: modelDirectory ?? directory + "/model")
            var report = VerificationReport(set: directory)
            for golden in set.cases {
                var verifier = CaseVerifier(set: set, golden: golden, model: model, progress: progress)
                try verifier.run()
                report.checks += verifier.checks
            }
            return report
        }
    }
}

/// Recomputes and compares one case of a set.
private struct CaseVerifier {
    let set: GoldenSet
    let golden: GoldenCase
    let model: DescribeAnythingModel
    let progress: (VerificationReport.Check) -> Void
    private(set) var checks: [VerificationReport.Check] = []

    init(
        set: GoldenSet, golden: GoldenCase, model: DescribeAnythingModel,
        progress: @escaping (VerificationReport.Check) -> Void
    ) {
        self.set = set
        self.golden = golden
        self.model = model
        self.progress = progress
    }

    mutating func run() throws {
        let pixels = try set.prompts(of: golden, model.imageProcessor).map(model.pixels)
        compare("pixels", pixels, bar: 1e-6, relative: false)
        let context = pixels.map(model.contextFeatures)
        compare("context_features", context)
        let region = zip(pixels, context).map { model.regionFeatures($0, context: $1) }
        compare("region_features", region)
        let imageTokens = pixels.indices.map {
            model.imageTokens(model.skipsContextProvider(pixels[$0]) ? context[$0] : region[$0])
        }
        compare("image_tokens", imageTokens)

        let prompt = Conversation.prompt(golden.query)
        same("prompt", prompt, golden.prompt)
        let tokens = Conversation.tokens(of: prompt, model.tokenizer)
        same("input_ids", tokens, golden.inputIDs)
        guard tokens.count(where: { $0 == Conversation.imageToken }) == imageTokens.count else {
            throw InputError(
                .invalid, "\(set.path)/expected.json: \(golden.name): found \(imageTokens.count) images, expected as "
                    + "many as there are \(Conversation.imagePlaceholder) in the query")
        }
        let embeddings = model.embeddings(tokens, frames: imageTokens)
        same("prefill_tokens", embeddings.rows, golden.prefillTokens)
        let logits = model.llm.prefill(embeddings, model.llm.cache(capacity: embeddings.rows))
        compare("prefill_logits", [logits])
        for (name, temperature, topP) in set.probabilities(of: golden) {
            var options = GenerationOptions()
            (options.temperature, options.topP, options.topK) = (temperature, topP, nil)
            let probabilities = samplingProbabilities(logits.array, options)
            compare(name, [Tensor([probabilities.count], values: probabilities)])
        }
        for (name, beams, expected) in golden.generations {
            try compare(name, beams: beams, expected, embeddings)
        }
    }

    /// Compares the concatenated tensors of a case's frames with a tensor of the set.
    private mutating func compare(_ subject: String, _ frames: [Tensor], bar: Double = 1e-4, relative: Bool = true) {
        guard let expected = set.expected(subject, of: golden) else { return skip(subject) }
        let found = frames.flatMap(\.array), wanted = expected.array
        guard found.count == wanted.count else {
            return add(
                check(subject, .missed, "\(found.count) values, expected \(wanted.count) (shape \(expected.shape))"))
        }
        // NaN against a number counts as an infinite difference; NaN against NaN as none.
        let largest = zip(found, wanted).reduce(0.0) { largest, pair in
            if pair.0.isNaN && pair.1.isNaN { return largest }
            let difference = Double(abs(pair.0 - pair.1))
            return difference.isNaN ? .infinity : max(largest, difference)
        }
        let magnitude = relative ? wanted.reduce(0.0) { max($0, Double(abs($1))) } : 1
        let difference = magnitude > 0 ? largest / magnitude : largest
        guard difference.isFinite else {
            return add(check(subject, .missed, "NaN where a number was expected, or vice versa"))
        }
        add(check(subject, difference <= bar ? .passed : .missed, "", difference: difference, bar: bar))
    }

    /// Compares two values for equality; skipped if `expected` is nil.
    private mutating func same<Value: Equatable>(_ subject: String, _ found: Value, _ expected: Value?) {
        guard let expected else { return skip(subject) }
        add(found == expected ? check(subject, .passed, "equal") : check(subject, .missed, "differs: \(found), expected \(expected)"))
    }

    /// Generates an answer and compares its tokens, its text and the streamed text.
    private mutating func compare(
        _ subject: String, beams: Int, _ expected: GoldenCase.GoldenGeneration, _ embeddings: Tensor
    ) throws {
        var options = GenerationOptions()
        options.temperature = 0
        options.numBeams = beams
        options.maxNewTokens = expected.maxNewTokens ?? expected.ids.count
        var streamed = ""
        let generation = try model.generator(embeddings, options) { text, _ in streamed += text }
        let pairs = zip(generation.tokens, expected.ids)
        if let step = pairs.enumerated().first(where: { $1.0 != $1.1 })?.offset {
            let margin = expected.margins.flatMap { $0.indices.contains(step) ? ", margin there \($0[step])" : nil } ?? ""
            add(check(subject, .missed, "first differs at step \(step) of \(expected.ids.count)\(margin)"))
        } else if generation.tokens.count != expected.ids.count {
            add(check(subject, .missed, "\(generation.tokens.count) tokens, expected \(expected.ids.count)"))
        } else {
            add(check(subject, .passed, "equal, \(generation.tokens.count) tokens"))
        }
        same("\(subject).text", generation.text, expected.text)
        same("\(subject).streamed", streamed, expected.text)
    }

    private mutating func add(_ check: VerificationReport.Check) {
        checks.append(check)
        progress(check)
    }

    private mutating func skip(_ subject: String) { add(check(subject, .skipped, "the set has none")) }

    private func check(
        _ subject: String, _ outcome: VerificationReport.Outcome, _ detail: String,
        difference: Double? = nil, bar: Double? = nil
    ) -> VerificationReport.Check {
        VerificationReport.Check(
            name: golden.name, subject: subject, outcome: outcome, difference: difference, bar: bar, detail: detail)
    }
}
