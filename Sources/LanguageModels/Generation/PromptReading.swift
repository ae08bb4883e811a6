import Tensors

/// An answer with its tokens' log probabilities under the model, before temperature, top-k and top-p.
package struct ScoredGeneration: Sendable {
    package let generation: Generation
    /// Natural logarithms, one per token.
    package let logProbabilities: [Float]
}

/// A prompt that is prefilled once, for any number of answers and for scoring given answers. Not Sendable: confined to one
/// thread.
package final class PromptReading {
    /// Upper bound on the batch: beyond 8 sequences decoding is compute-bound.
    package static let largestBatch = 8

    private let generator: Generator
    private let cache: KVCache
    /// Logits of an answer's first token, `[vocabulary]`.
    private let logits: [Float]

    /// - Throws: `PromptTooLongError`.
    package init(_ generator: Generator, _ prompt: Prompt) throws(PromptTooLongError) {
        _ = try generator.limit(promptTokens: prompt.count, GenerationOptions())
        self.generator = generator
        let model = generator.model
        var beginning: KVCache?
        if !prompt.shared.isEmpty {
            let cache = model.cache(capacity: prompt.shared.count)
            _ = model.prefill(model.embedTokens(prompt.shared), cache)
            beginning = cache
        }
        cache = model.cache(capacity: prompt.embeddings.rows, prefix: beginning)
        logits = model.prefill(prompt.embeddings, cache).array
    }

    /// Generates answers, at most `largestBatch` at a time. An answer does not depend on the others in its batch.
    /// - Parameters:
    ///   - requests: prompts of one model, each repeated once per answer.
    ///   - onStep: called before each step; an error it throws ends the call.
    package static func answers(
        _ requests: [(reading: PromptReading, options: GenerationOptions)], onStep: () throws -> Void
    ) throws -> [ScoredGeneration] {
        var results: [ScoredGeneration] = []
        for start in stride(from: 0, to: requests.count, by: largestBatch) {
            var open = try requests[start..<min(requests.count, start + largestBatch)].map { try Answer($0.reading, $0.options) }
            while open.contains(where: { !$0.isComplete }) {
                try onStep()
                let growing = open.indices.filter { !open[$0].isComplete }
                let model = open[growing[0]].generator.model
                let logits = model.step(growing.map { open[$0].last }, growing.map { open[$0].cache })
                for (row, place) in growing.enumerated() { open[place].append(logits.rows(row..<row + 1).array) }
            }
            results += open.map(\.result)
        }
        return results
    }

    /// Log probabilities (natural logarithms) of an answer's tokens, computed in one pass.
    /// - Parameter tokens: at least one.
    package func logProbabilities(of tokens: [Int]) -> [Float] {
        precondition(!tokens.isEmpty, "PromptReading: no token")
        var rows = [logits]
        if tokens.count > 1 {
            let own = generator.model.cache(capacity: tokens.count - 1, prefix: cache)
            let following = generator.model.readings(Array(tokens.dropLast()), own)
            rows += (0..<following.rows).map { following.rows($0..<$0 + 1).array }
        }
        return zip(tokens, rows).map { logSoftmax($1)[$0] }
    }

    /// An answer during generation.
    private struct Answer {
        let generator: Generator
        let cache: KVCache
        private let limit: Int
        private var sampler: Sampler
        private var tokens: [Int] = []
        private var logProbabilities: [Float] = []
        private(set) var isComplete = false

        /// Selects the first token.
        init(_ reading: PromptReading, _ options: GenerationOptions) throws(PromptTooLongError) {
            generator = reading.generator
            limit = try generator.limit(promptTokens: reading.cache.length, options)
            // The last generated token is never fed back, so it needs no position.
            cache = generator.model.cache(capacity: max(1, limit - 1), prefix: reading.cache)
            sampler = Sampler(options)
            append(reading.logits)
        }

        var last: Int { tokens.last ?? 0 }

        mutating func append(_ logits: [Float]) {
            let token = sampler.next(logits)
            tokens.append(token)
            logProbabilities.append(logSoftmax(logits)[token])
            isComplete = generator.ends(with: token) || tokens.count == limit
        }

        var result: ScoredGeneration {
            ScoredGeneration(generation: generator.generation(tokens), logProbabilities: logProbabilities)
        }
    }
}
