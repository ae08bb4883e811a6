import Tensors

/// One LLaMA layer (pre-norm). Source: LLaMA, arXiv 2302.13971; `model.layers.N`.
struct LlamaDecoderLayer: Sendable {
    let inputLayernorm: RMSNorm
    let selfAttn: LlamaAttention
    let postAttentionLayernorm: RMSNorm
    let mlp: LlamaMLP

    init(_ weights: Weights, _ configuration: LlamaConfiguration, index: Int) throws {
        let width = configuration.hiddenSize, epsilon = configuration.rmsNormEps
        inputLayernorm = try RMSNorm(weights["input_layernorm"], width: width, epsilon: epsilon)
        selfAttn = try LlamaAttention(weights["self_attn"], configuration, index: index)
        postAttentionLayernorm = try RMSNorm(weights["post_attention_layernorm"], width: width, epsilon: epsilon)
        mlp = try LlamaMLP(weights["mlp"], configuration)
    }

    /// - Parameters:
    ///   - hidden: `[rows, width]`, the sequences' new rows one after the other.
    ///   - turns: of each row's position, from `RotaryEmbedding`.
    ///   - lastOnly: compute the result of each sequence's last row only (all that is read after the last layer).
    /// - Returns: `[rows, width]`, or `[sequences, width]` when `lastOnly`.
    func callAsFunction(_ hidden: Tensor, turns: Tensor, _ sequences: [SequenceRows], lastOnly: Bool) -> Tensor {
        let attended = selfAttn(
            inputLayernorm(hidden), turns: turns, sequences, lastOnly: lastOnly,
            residual: lastOnly ? sequences.lastRows(of: hidden) : hidden)
        return mlp(postAttentionLayernorm(attended), residual: attended)
    }
}

/// New rows of one sequence within a batch.
struct SequenceRows {
    let cache: KVCache
    let rows: Range<Int>
    /// Position of the first row.
    let start: Int

    var positions: [Int] { (0..<rows.count).map { start + $0 } }
}

extension [SequenceRows] {
    /// True if each has one new row, as when decoding.
    var areSingleRows: Bool { allSatisfy { $0.rows.count == 1 } }

    func lastRows(of tensor: Tensor) -> Tensor {
        if areSingleRows { return tensor }
        return .concatenatingRows(map { tensor.rows($0.rows.upperBound - 1..<$0.rows.upperBound) })
    }
}

/// Causal self-attention with rotary positions and grouped key-value heads, over each sequence's cache.
struct LlamaAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let oProj: Linear
    let heads: Int
    let keyValueHeads: Int
    /// Number of the layer, for the cache.
    let index: Int

    init(_ weights: Weights, _ configuration: LlamaConfiguration, index: Int) throws {
        let width = configuration.hiddenSize, bias = configuration.attentionBias
        heads = configuration.attentionHeads
        keyValueHeads = configuration.keyValueHeads
        let queryWidth = heads * configuration.headSize, keyWidth = keyValueHeads * configuration.headSize
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: queryWidth, bias: bias)
        kProj = try Linear(weights["k_proj"], inputs: width, outputs: keyWidth, bias: bias)
        vProj = try Linear(weights["v_proj"], inputs: width, outputs: keyWidth, bias: bias)
        oProj = try Linear(weights["o_proj"], inputs: queryWidth, outputs: width, bias: bias)
        self.index = index
    }

    /// Queries, keys and values, the former two at their positions.
    private func projected(
        _ normed: Tensor, turns: Tensor, _ sequences: [SequenceRows], lastOnly: Bool
    ) -> (queries: Tensor, keys: Tensor, values: Tensor) {
        guard lastOnly, !sequences.areSingleRows else {
            let parts = projections(of: normed, [qProj, kProj, vProj])
            return (parts[0].rotated(by: turns), parts[1].rotated(by: turns), parts[2])
        }
        let parts = projections(of: normed, [kProj, vProj])
        let queries = qProj(sequences.lastRows(of: normed)).rotated(by: sequences.lastRows(of: turns))
        return (queries, parts[0].rotated(by: turns), parts[1])
    }

    /// Shapes as in `LlamaDecoderLayer`; appends the new rows' keys and values to the caches.
    /// - Parameter residual: added to the result.
    func callAsFunction(
        _ normed: Tensor, turns: Tensor, _ sequences: [SequenceRows], lastOnly: Bool, residual: Tensor
    ) -> Tensor {
        let (queries, keys, values) = projected(normed, turns: turns, sequences, lastOnly: lastOnly)
        if sequences.areSingleRows {
            let contexts = sequences.map { sequence in
                sequence.cache.append(keys: keys, values: values, rows: sequence.rows, layer: index)
                return sequence.cache.rows(layer: index)
            }
            return oProj(
                attention(query: queries, contexts: contexts, heads: heads, keyValueHeads: keyValueHeads), residual: residual)
        }
        let attended = sequences.enumerated().map { number, sequence in
            let rows = lastOnly ? number..<number + 1 : sequence.rows
            // A prompt's own rows are read as they are, whatever the cache makes of them.
            let own = KeyValueRows(keys: keys.rows(sequence.rows), values: values.rows(sequence.rows))
            let context = sequence.cache.rows(layer: index) + [own]
            sequence.cache.append(keys: keys, values: values, rows: sequence.rows, layer: index)
            return attention(
                query: queries.rows(rows), context: context, heads: heads, keyValueHeads: keyValueHeads,
                scope: .causal(first: sequence.start + sequence.rows.count - rows.count))
        }
        return oProj(attended.count == 1 ? attended[0] : .concatenatingRows(attended), residual: residual)
    }
}

/// SwiGLU: `down(silu(gate x) * up x)`. Source: arXiv 2002.05202.
struct LlamaMLP: Sendable {
    let gateProj: Linear
    let upProj: Linear
    let downProj: Linear

    init(_ weights: Weights, _ configuration: LlamaConfiguration) throws {
        let width = configuration.hiddenSize, inner = configuration.intermediateSize, bias = configuration.mlpBias
        gateProj = try Linear(weights["gate_proj"], inputs: width, outputs: inner, bias: bias)
        upProj = try Linear(weights["up_proj"], inputs: width, outputs: inner, bias: bias)
        downProj = try Linear(weights["down_proj"], inputs: inner, outputs: width, bias: bias)
    }

    /// - Parameter residual: added to the result.
    func callAsFunction(_ hidden: Tensor, residual: Tensor) -> Tensor {
        downProj(siluGated(hidden, gate: gateProj, up: upProj), residual: residual)
    }
}
