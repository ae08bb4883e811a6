import Tensors

/// LLaMA with its language-model head: embeddings in, logits of each sequence's next token out. Source: LLaMA, arXiv 2302.13971.
package struct LlamaModel: Sendable {
    package let embedTokens: Embedding
    let layers: [LlamaDecoderLayer]
    let norm: RMSNorm
    package let lmHead: Linear
    let rotaryEmb: RotaryEmbedding
    package let configuration: LlamaConfiguration

    /// - Parameter weights: the root of the folder's tensors.
    package init(_ weights: Weights, _ configuration: LlamaConfiguration) throws {
        self.configuration = configuration
        let model = weights["model"]
        embedTokens = try Embedding(
            model["embed_tokens"], count: configuration.vocabularySize, width: configuration.hiddenSize)
        layers = try (0..<configuration.hiddenLayers).map {
            try LlamaDecoderLayer(model["layers"][$0], configuration, index: $0)
        }
        rotaryEmb = RotaryEmbedding(
            headSize: configuration.headSize, theta: configuration.ropeTheta, factor: configuration.ropeFactor)
        norm = try RMSNorm(model["norm"], width: configuration.hiddenSize, epsilon: configuration.rmsNormEps)
        lmHead =
            configuration.tiesEmbeddings
            ? Linear(weight: embedTokens.weight)
            : try Linear(
                weights["lm_head"], inputs: configuration.hiddenSize, outputs: configuration.vocabularySize, bias: false)
    }

    /// Storage type of the layers' matrices.
    package var dataType: DataType { (layers.first?.mlp.gateProj ?? lmHead).weight.dataType }

    /// Storage type of the KV cache: half precision, as in the published model; single precision if the weights are; 8 bits if
    /// the weights have 8 or fewer.
    package var cacheFormat: KeyValueFormat { KeyValueFormat(weights: dataType) }

    /// Creates a KV cache for one sequence.
    /// - Parameter capacity: number of positions, not counting the prefix.
    package func cache(capacity: Int, prefix: KVCache? = nil) -> KVCache {
        KVCache(configuration, capacity: capacity, format: cacheFormat, prefix: prefix)
    }

    /// Prefills a prompt.
    /// - Parameters:
    ///   - embeddings: `[tokens, width]`, at least one token.
    ///   - cache: receives the prompt's keys and values; must have room for them.
    /// - Returns: logits of the next token, `[vocabulary]`.
    package func prefill(_ embeddings: Tensor, _ cache: KVCache) -> Tensor {
        let sequence = SequenceRows(cache: cache, rows: 0..<embeddings.rows, start: cache.length)
        return logits(embeddings, [sequence]).reshaped([configuration.vocabularySize])
    }

    /// Runs the model on several tokens that follow the cached ones.
    /// - Parameter cache: receives their keys and values; must have room for them.
    /// - Returns: logits of the token after each of them, `[tokens, vocabulary]`.
    package func readings(_ tokens: [Int], _ cache: KVCache) -> Tensor {
        let sequence = SequenceRows(cache: cache, rows: 0..<tokens.count, start: cache.length)
        return logits(embedTokens(tokens), [sequence], lastOnly: false)
    }

    /// Runs a decoding step: one token of each sequence. The weights are read once per `stepRows` sequences. A sequence's result
    /// does not depend on the others.
    /// - Returns: logits of each sequence's next token, `[sequences, vocabulary]`.
    package func step(_ tokens: [Int], _ caches: [KVCache]) -> Tensor {
        let parts = stride(from: 0, to: tokens.count, by: Self.stepRows).map { first in
            let part = first..<min(tokens.count, first + Self.stepRows)
            let sequences = caches[part].enumerated().map {
                SequenceRows(cache: $1, rows: $0..<$0 + 1, start: $1.length)
            }
            return logits(embedTokens(Array(tokens[part])), sequences)
        }
        return parts.count == 1 ? parts[0] : .concatenatingRows(parts)
    }

    /// The most rows for which a matrix product gives each row bit for bit the result it has alone.
    private static let stepRows = 8

    private func logits(_ embeddings: Tensor, _ sequences: [SequenceRows], lastOnly: Bool = true) -> Tensor {
        let turns = rotaryEmb(sequences.flatMap(\.positions))
        var hidden = embeddings
        for (index, layer) in layers.enumerated() {
            hidden = layer(hidden, turns: turns, sequences, lastOnly: lastOnly && index == layers.count - 1)
        }
        return lmHead(norm(hidden))
    }

    /// True for redundant tensors that other tools left in published files.
    package static func isDead(_ name: String, _ configuration: LlamaConfiguration) -> Bool {
        name.hasSuffix("rotary_emb.inv_freq") || (configuration.tiesEmbeddings && name == "lm_head.weight")
    }
}
