import Tensors

/// LLaMA with its language-model head: embeddings in, logits of each sequence's next token out.
/// Source: LLaMA, arXiv 2302.13971.
package struct LlamaModel: Sendable {
    let embedTokens: Embedding
    let layers: [LlamaDecoderLayer]
    let norm: RMSNorm
    let lmHead: Linear
    package let configuration: LlamaConfiguration

    /// - Parameter weights: the root of the folder's tensors.
    init(_ weights: Weights, _ configuration: LlamaConfiguration) throws {
        self.configuration = configuration
        let model = weights["model"]
        embedTokens = try Embedding(
            model["embed_tokens"], count: configuration.vocabularySize, width: configuration.hiddenSize)
        layers = try (0..<configuration.hiddenLayers).map {
            try LlamaDecoderLayer(model["layers"][$0], configuration, index: $0)
        }
        norm = try RMSNorm(model["norm"], width: configuration.hiddenSize, epsilon: configuration.rmsNormEps)
        lmHead =
            configuration.tiesEmbeddings
            ? Linear(tiedTo: embedTokens.weight)
            : try Linear(
                weights["lm_head"], inputs: configuration.hiddenSize, outputs: configuration.vocabularySize, bias: false)
    }

    /// Reads a prompt.
    /// - Parameters:
    ///   - embeddings: `[tokens, width]`, at least one token.
    ///   - cache: where the prompt's keys and values go; there must be room.
    /// - Returns: logits of the token that follows, `[vocabulary]`.
    package func prefill(_ embeddings: Tensor, _ cache: KVCache) -> Tensor {
        let sequence = SequenceRows(cache: cache, rows: 0..<embeddings.rows, start: cache.length)
        return logits(embeddings, [sequence]).reshaped([configuration.vocabularySize])
    }

    /// Reads one more token of each sequence; weights are read once for all of them.
    /// - Returns: logits of the token that follows in each, `[sequences, vocabulary]`.
    package func step(_ tokens: [Int], _ caches: [KVCache]) -> Tensor {
        let sequences = caches.enumerated().map { SequenceRows(cache: $1, rows: $0..<$0 + 1, start: $1.length) }
        return logits(embedTokens(tokens), sequences)
    }

    private func logits(_ embeddings: Tensor, _ sequences: [SequenceRows]) -> Tensor {
        var hidden = embeddings
        for (index, layer) in layers.enumerated() {
            hidden = layer(hidden, sequences, lastOnly: index == layers.count - 1)
        }
        return lmHead(norm(hidden))
    }

    /// Tensors other tools left in published files.
    static func isDead(_ name: String, _ configuration: LlamaConfiguration) -> Bool {
        name.hasSuffix("rotary_emb.inv_freq") || (configuration.tiesEmbeddings && name == "lm_head.weight")
    }
}
