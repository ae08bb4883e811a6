/// Answers that grow side by side, so that each step reads the weights once for all of them. One that has ended leaves, and
/// its memory is the next one's. An answer does not depend on what grows beside it: the same tokens, the same logits.
/// Not Sendable: it is one thread's.
package final class GenerationBatch {
    /// Progress of an answer.
    package struct TokenStep {
        /// The answer, as it was called when it was added.
        package let id: Int
        /// The text that became certain, often empty.
        package let text: String
        /// So far.
        package let tokens: Int
        /// Nil unless it was asked for.
        package let probability: TokenProbability?
        /// All of the answer, when this was its end.
        package let generation: Generation?
    }

    private struct Answer {
        let id: Int
        let cache: KVCache
        /// Most tokens it can have.
        let limit: Int
        /// Probable tokens to report with each that is drawn; nil to report nothing.
        let alternatives: Int?
        var sampler: Sampler
        var detokenizer: StreamingDetokenizer
        var tokens: [Int] = []
    }

    /// Answers there is room for.
    package let size: Int
    private let generator: Generator
    private var answers: [Answer] = []
    /// Memory of answers that ended.
    private var spare: [KVCache] = []
    /// The latest beginning that prompts share.
    private var prefix: (tokens: [Int], cache: KVCache)?

    package init(_ generator: Generator, size: Int) {
        precondition(size > 0, "GenerationBatch: no room for an answer")
        self.generator = generator
        self.size = size
    }

    package var isEmpty: Bool { answers.isEmpty }
    package var isFull: Bool { answers.count >= size }

    /// Reads a prompt and draws the first token of its answer; there must be room. Beams are not followed here.
    /// - Parameters:
    ///   - id: what to call the answer.
    ///   - alternatives: probable tokens to report with each that is drawn; nil to report nothing.
    /// - Throws: `PromptTooLongError`.
    package func add(_ prompt: Prompt, _ options: GenerationOptions, alternatives: Int? = nil, id: Int) throws -> TokenStep {
        precondition(!isFull, "GenerationBatch: full")
        let limit = try generator.limit(promptTokens: prompt.count, options)
        // The last token drawn is never read.
        let cache = cache(behind: prefix(prompt.shared), capacity: prompt.embeddings.rows + limit - 1)
        let logits = generator.model.prefill(prompt.embeddings, cache)
        answers.append(
            Answer(
                id: id, cache: cache, limit: limit, alternatives: alternatives, sampler: Sampler(options),
                detokenizer: StreamingDetokenizer(generator.tokenizer)))
        return grow(by: logits.array, at: answers.count - 1)
    }

    /// Draws one more token of each answer.
    package func step() -> [TokenStep] {
        guard !answers.isEmpty else { return [] }
        let logits = generator.model.step(answers.map { $0.tokens.last ?? 0 }, answers.map(\.cache))
        // Backwards, so that those that leave move none that is still to come.
        return answers.indices.reversed().map { grow(by: logits.rows($0..<$0 + 1).array, at: $0) }.reversed()
    }

    /// Drops an answer that nobody waits for any more.
    package func remove(id: Int) {
        guard let index = answers.firstIndex(where: { $0.id == id }) else { return }
        spare.append(answers.remove(at: index).cache)
    }

    /// Gives back the memory of answers that ended.
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
        // Few rows that many read: they are kept as they are.
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
        // Caches too small for this prompt go, so that there are never more than `size`.
        spare.removeAll()
        return generator.model.cache(capacity: capacity, prefix: prefix)
    }
}
