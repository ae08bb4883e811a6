import Tensors

/// Runs a language model on a prompt until its answer ends.
package struct Generator: Sendable {
    let model: LlamaModel
    let tokenizer: LlamaTokenizer

    /// - Parameters:
    ///   - prompt: `[tokens, width]`, text and image tokens alike.
    ///   - onText: called as the answer grows with the text that became certain, often empty, and the number of tokens so
    ///     far; what it throws ends the generation. Beam search knows its text only at the end.
    /// - Throws: `PromptTooLongError`, or what `onText` throws.
    package func callAsFunction(
        _ prompt: Tensor, _ options: GenerationOptions, onText: (String, Int) throws -> Void = { _, _ in }
    ) throws -> Generation {
        let room = model.configuration.contextLength - prompt.rows
        guard room > 0 else {
            throw PromptTooLongError(tokens: prompt.rows, limit: model.configuration.contextLength)
        }
        let limit = min(options.maxNewTokens, room)
        let tokens = options.numBeams > 1
            ? try searchBeams(prompt, options, limit: limit, onText)
            : try follow(prompt, options, limit: limit, onText)
        let ended = tokens.last.map(model.configuration.eosTokens.contains) ?? false
        return Generation(
            tokens: tokens, text: trimmed(tokenizer.decode(tokens, skippingSpecialTokens: true)),
            finishReason: ended ? .stop : .length)
    }

    private func follow(
        _ prompt: Tensor, _ options: GenerationOptions, limit: Int, _ onText: (String, Int) throws -> Void
    ) throws -> [Int] {
        let cache = KVCache(model.configuration, capacity: prompt.rows + limit)
        var sampler = Sampler(options)
        var detokenizer = StreamingDetokenizer(tokenizer)
        var tokens: [Int] = []
        var logits = model.prefill(prompt, cache)
        while tokens.count < limit {
            let token = sampler.next(logits.array)
            tokens.append(token)
            try onText(detokenizer.append(token), tokens.count)
            if model.configuration.eosTokens.contains(token) { break }
            if tokens.count < limit { logits = model.step([token], [cache]) }
        }
        try onText(detokenizer.finish(), tokens.count)
        return tokens
    }

    private func searchBeams(
        _ prompt: Tensor, _ options: GenerationOptions, limit: Int, _ onText: (String, Int) throws -> Void
    ) throws -> [Int] {
        let configuration = model.configuration
        let promptCache = KVCache(configuration, capacity: prompt.rows)
        func cache() -> KVCache { KVCache(configuration, capacity: limit, prefix: promptCache) }
        var search = BeamSearch(options, eosTokens: configuration.eosTokens)
        let first = model.prefill(prompt, promptCache).array
        search.advance(Array(repeating: first, count: options.numBeams))
        var caches = search.beams.map { _ in cache() }
        for _ in 1..<max(1, limit) where !search.isDone {
            try onText("", search.beams.first?.tokens.count ?? 0)
            let logits = model.step(search.beams.map { $0.tokens.last ?? 0 }, caches)
            search.advance((0..<logits.rows).map { logits.rows($0..<$0 + 1).array })
            caches = Self.following(search.beams.map(\.parent), caches, cache)
        }
        let tokens = search.best()
        try onText(trimmed(tokenizer.decode(tokens, skippingSpecialTokens: true)), tokens.count)
        return tokens
    }

    /// Each new beam's cache: its parent's, handed over to the first child and copied for the others.
    private static func following(_ parents: [Int], _ caches: [KVCache], _ fresh: () -> KVCache) -> [KVCache] {
        var taken: Set<Int> = []
        return parents.map { parent in
            if taken.insert(parent).inserted { return caches[parent] }
            let copy = fresh()
            copy.copy(caches[parent])
            return copy
        }
    }
}
