import Tensors

/// LLaMA with its language-model head: embeddings in, logits of each sequence's next token out.
/// Source: LLaMA, arXiv 2302.13971.
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

    /// Storage type of keys and values in a cache: half precision, as the published model computes them, in single precision
    /// for weights that are stored so, and in 8 bits where weights have no more.
    package var cacheFormat: KeyValueFormat { KeyValueFormat(weights: dataType) }

    /// A cache for one sequence.
    /// - Parameter capacity: positions there is room for, besides the prefix's.
    package func cache(capacity: Int, prefix: KVCache? = nil) -> KVCache {
        KVCache(configuration, capacity: capacity, format: cacheFormat, prefix: prefix)
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

    /// Reads tokens behind what a cache has.
    /// - Parameter cache: where their keys and values go; there must be room.
    /// - Returns: logits of the token that follows each of them, `[tokens, vocabulary]`.
    package func readings(_ tokens: [Int], _ cache: KVCache) -> Tensor {
        let sequence = SequenceRows(cache: cache, rows: 0..<tokens.count, start: cache.length)
        return logits(embedTokens(tokens), [sequence], lastOnly: false)
    }

    /// Reads one more token of each sequence; weights are read once for all of them, or for `stepRows`. A sequence's result
    /// does not depend on the others.
    /// - Returns: logits of the token that follows in each, `[sequences, vocabulary]`.
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

    /// Most rows at which a matrix product gives each row the bits it would give it alone.
    private static let stepRows = 8

    private func logits(_ embeddings: Tensor, _ sequences: [SequenceRows], lastOnly: Bool = true) -> Tensor {
        let turns = rotaryEmb(sequences.flatMap(\.positions))
        var hidden = embeddings
        for (index, layer) in layers.enumerated() {
            hidden = layer(hidden, turns: turns, sequences, lastOnly: lastOnly && index == layers.count - 1)
        }
        return lmHead(norm(hidden))
    }

    /// Tensors other tools left in published files.
    package static func isDead(_ name: String, _ configuration: LlamaConfiguration) -> Bool {
        name.hasSuffix("rotary_emb.inv_freq") || (configuration.tiesEmbeddings && name == "lm_head.weight")
    }
}
