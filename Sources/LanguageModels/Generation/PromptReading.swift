import Tensors

/// An answer, and how probable the model found its tokens: before temperature, top-k and top-p.
package struct ScoredGeneration: Sendable {
    package let generation: Generation
    /// Natural logarithms, one for each token.
    package let logProbabilities: [Float]
}

/// A prompt that is read once, for any number of answers to it and for the probabilities of given ones. Not Sendable: it belongs to
/// one thread.
package final class PromptReading {
    /// Answers that grow side by side at most: beyond 8 sequences decoding is limited by arithmetic.
    package static let largestBatch = 8

    private let generator: Generator
    private let cache: KVCache
    /// Logits of the first token of an answer, `[vocabulary]`.
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

    /// Answers to prompts, at most `largestBatch` at a time. An answer does not depend on what grows beside it.
    /// - Parameters:
    ///   - requests: prompts of one model, each as often as it is answered.
    ///   - onStep: called before each token; what it throws ends the call.
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

    /// Natural logarithms of the probabilities of an answer's tokens, in one pass.
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

    /// An answer while it grows.
    private struct Answer {
        let generator: Generator
        let cache: KVCache
        private let limit: Int
        private var sampler: Sampler
        private var tokens: [Int] = []
        private var logProbabilities: [Float] = []
        private(set) var isComplete = false

        /// Draws the first token.
        init(_ reading: PromptReading, _ options: GenerationOptions) throws(PromptTooLongError) {
            generator = reading.generator
            limit = try generator.limit(promptTokens: reading.cache.length, options)
            // The last token drawn is never read.
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
