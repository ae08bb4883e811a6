import Tensors

/// Beam search on one prompt, one token of every beam per step. Not Sendable: confined to one thread.
package final class BeamGeneration {
    private let generator: Generator
    private let limit: Int
    private let promptCache: KVCache
    private var search: BeamSearch
    private var caches: [KVCache] = []
    /// Tokens generated per beam.
    private var drawn = 1

    /// Prefills the prompt, `[tokens, width]`, and selects each beam's first token.
    /// - Throws: `PromptTooLongError`.
    package init(_ generator: Generator, _ prompt: Tensor, _ options: GenerationOptions) throws {
        let model = generator.model
        self.generator = generator
        limit = try generator.limit(promptTokens: prompt.rows, options)
        promptCache = model.cache(capacity: prompt.rows)
        search = BeamSearch(options, eosTokens: model.configuration.eosTokens)
        let first = model.prefill(prompt, promptCache).array
        search.advance(Array(repeating: first, count: options.numBeams))
        caches = search.beams.map { _ in newCache() }
    }

    /// True if no further step can improve the answer.
    package var isDone: Bool { search.isDone || drawn >= limit }

    /// Number of tokens of the best beam.
    package var tokens: Int { search.beams.first?.tokens.count ?? 0 }

    /// The best answer, once the search is done.
    package var generation: Generation {
        precondition(isDone, "BeamGeneration: not done")
        return generator.generation(search.best())
    }

    /// Extends each beam by one token.
    package func step() {
        guard !isDone else { return }
        let logits = generator.model.step(search.beams.map { $0.tokens.last ?? 0 }, caches)
        search.advance((0..<logits.rows).map { logits.rows($0..<$0 + 1).array })
        caches = following(search.beams.map(\.parent))
        drawn += 1
    }

    /// The new beams' caches: each parent's cache moves to its first child and is copied for the others.
    private func following(_ parents: [Int]) -> [KVCache] {
        var taken: Set<Int> = []
        return parents.map { parent in
            if taken.insert(parent).inserted { return caches[parent] }
            let copy = newCache()
            copy.copy(caches[parent])
            return copy
        }
    }

    private func newCache() -> KVCache { generator.model.cache(capacity: limit, prefix: promptCache) }
}
