import Tensors

/// Runs a language model on a prompt until its answer ends.
package struct Generator: Sendable {
    let model: LlamaModel
    let tokenizer: LlamaTokenizer

    package init(model: LlamaModel, tokenizer: LlamaTokenizer) {
        self.model = model
        self.tokenizer = tokenizer
    }

    /// - Parameters:
    ///   - prompt: `[tokens, width]`, text and image tokens.
    ///   - onText: called after each token with the text it completed, often empty, and the number of tokens so far; an error it
    ///     throws ends the generation. With beam search, the text is known only at the end.
    /// - Throws: `PromptTooLongError`, or what `onText` throws.
    package func callAsFunction(
        _ prompt: Tensor, _ options: GenerationOptions, onText: (String, Int) throws -> Void = { _, _ in }
    ) throws -> Generation {
        if options.numBeams > 1 { return try searchBeams(prompt, options, onText) }
        let batch = GenerationBatch(self, size: 1)
        var growth = [try batch.add(Prompt(prompt), options, id: 0)]
        while true {
            for answer in growth {
                try onText(answer.text, answer.tokens)
                if let generation = answer.generation { return generation }
            }
            growth = batch.step()
        }
    }

    /// Upper bound on the tokens of the answer to a prompt, at least 1.
    /// - Throws: `PromptTooLongError` if there is no room for a token.
    func limit(promptTokens: Int, _ options: GenerationOptions) throws(PromptTooLongError) -> Int {
        let context = model.configuration.contextLength
        guard promptTokens < context else { throw PromptTooLongError(tokens: promptTokens, limit: context) }
        return max(1, min(options.maxNewTokens, context - promptTokens))
    }

    func ends(with token: Int) -> Bool { model.configuration.eosTokens.contains(token) }

    /// The answer with these tokens.
    func generation(_ tokens: [Int]) -> Generation {
        Generation(
            tokens: tokens, text: trimmed(tokenizer.decode(tokens, skippingSpecialTokens: true)),
            finishReason: tokens.last.map(ends) ?? false ? .stop : .length)
    }

    private func searchBeams(
        _ prompt: Tensor, _ options: GenerationOptions, _ onText: (String, Int) throws -> Void
    ) throws -> Generation {
        let beams = try BeamGeneration(self, prompt, options)
        while !beams.isDone {
            try onText("", beams.tokens)
            beams.step()
        }
        let generation = beams.generation
        try onText(generation.text, generation.tokens.count)
        return generation
    }
}
