/// Answers generated as one batch, so that each step reads the weights once for all of them. A finished answer leaves the batch,
/// and its KV cache is reused. An answer does not depend on the others in the batch: same tokens, same logits. Not Sendable:
/// confined to one thread.
package final class GenerationBatch {
    /// One generated token of an answer.
    package struct TokenStep {
        /// The answer's id, as passed to `add`.
        package let id: Int
        /// Text that the token completed, often empty.
        package let text: String
        /// Number of tokens so far.
        package let tokens: Int
        /// nil unless requested.
        package let probability: TokenProbability?
        /// The whole answer if this token ended it, else nil.
        package let generation: Generation?
    }

    private struct Answer {
        let id: Int
        let cache: KVCache
        /// Upper bound on the answer's tokens.
        let limit: Int
        /// Number of most probable tokens to report with each generated token; nil for no report.
        let alternatives: Int?
        var sampler: Sampler
        var detokenizer: StreamingDetokenizer
        var tokens: [Int] = []
    }

    /// Maximum number of answers.
    package let size: Int
    private let generator: Generator
    private var answers: [Answer] = []
    /// KV caches of finished answers, for reuse.
    private var spare: [KVCache] = []
    /// The most recent shared prompt prefix.
    private var prefix: (tokens: [Int], cache: KVCache)?

    package init(_ generator: Generator, size: Int) {
        precondition(size > 0, "GenerationBatch: no room for an answer")
        self.generator = generator
        self.size = size
    }

    package var isEmpty: Bool { answers.isEmpty }
    package var isFull: Bool { answers.count >= size }

    /// Prefills a prompt and generates the first token of its answer. The batch must not be full. Beam search is not supported.
    /// - Parameters:
    ///   - id: identifies the answer in later steps.
    ///   - alternatives: number of most probable tokens to report with each generated token; nil for no report.
    /// - Throws: `PromptTooLongError`.
    package func add(_ prompt: Prompt, _ options: GenerationOptions, alternatives: Int? = nil, id: Int) throws -> TokenStep {
        precondition(!isFull, "GenerationBatch: full")
        let limit = try generator.limit(promptTokens: prompt.count, options)
        // The last generated token is never fed back, so it needs no position.
        let cache = cache(behind: prefix(prompt.shared), capacity: prompt.embeddings.rows + limit - 1)
        let logits = generator.model.prefill(prompt.embeddings, cache)
        answers.append(
            Answer(
                id: id, cache: cache, limit: limit, alternatives: alternatives, sampler: Sampler(options),
                detokenizer: StreamingDetokenizer(generator.tokenizer)))
        return grow(by: logits.array, at: answers.count - 1)
    }

    /// Generates one more token of each answer.
    package func step() -> [TokenStep] {
        guard !answers.isEmpty else { return [] }
        let logits = generator.model.step(answers.map { $0.tokens.last ?? 0 }, answers.map(\.cache))
        // In reverse, so that removing a finished answer does not shift those still to be handled.
        return answers.indices.reversed().map { grow(by: logits.rows($0..<$0 + 1).array, at: $0) }.reversed()
    }

    /// Drops an answer that is no longer wanted.
    package func remove(id: Int) {
        guard let index = answers.firstIndex(where: { $0.id == id }) else { return }
        spare.append(answers.remove(at: index).cache)
    }

    /// Frees the KV caches of finished answers.
    package func releaseSpare() { spare.removeAll() }

    private func grow(by logits: [Float], at index: Int) -> TokenStep {
        let token = answers[index].sampler.next(logits)
        answers[index].tokens.append(token)
        var text = answers[index].detokenizer.append(token)
        let answer = answers[index]
        let ends = generator.ends(with: token) || answer.tokens.count == answer.limit
        if ends {
            text += answers[index].detokenizer.finish()
            answers.remove(at: index)
            spare.append(answer.cache)
        }
        return TokenStep(
            id: answer.id, text: text, tokens: answer.tokens.count,
            probability: answer.alternatives.map { TokenProbability(token: token, logits: logits, count: $0) },
            generation: ends ? generator.generation(answer.tokens) : nil)
    }

    private func prefix(_ tokens: [Int]) -> KVCache? {
        if tokens.isEmpty { return nil }
        if let prefix, prefix.tokens == tokens { return prefix.cache }
        // Few rows, read by many answers: kept in single precision.
        let model = generator.model
        let cache = KVCache(model.configuration, capacity: tokens.count, format: .f32)
        _ = model.prefill(model.embedTokens(tokens), cache)
        prefix = (tokens, cache)
        return cache
    }

    private func cache(behind prefix: KVCache?, capacity: Int) -> KVCache {
        if let index = spare.firstIndex(where: { $0.prefix === prefix && $0.capacity >= capacity }) {
            let cache = spare.remove(at: index)
            cache.removeAll()
            return cache
        }
        // Frees caches too small for this prompt, so that there are never more than `size`.
        spare.removeAll()
        return generator.model.cache(capacity: capacity, prefix: prefix)
    }
}
