import Tensors

/// Attention with rotary position embedding of queries and keys. Keys: `q_proj`, `k_proj`, `v_proj`, `o_proj`.
struct RoPEAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let oProj: Linear
    let heads: Int

    /// - Parameter contextWidth: input width of keys and values.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration, contextWidth: Int) throws {
        let width = configuration.attentionHiddenSize, inner = width / configuration.attentionDownsampleRate
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: inner)
        kProj = try Linear(weights["k_proj"], inputs: contextWidth, outputs: inner)
        vProj = try Linear(weights["v_proj"], inputs: contextWidth, outputs: inner)
        oProj = try Linear(weights["o_proj"], inputs: inner, outputs: width)
        heads = configuration.attentionHeads
    }

    /// - Parameters:
    ///   - query: `[rows, width]`, the positions of one map.
    ///   - key: `[count, context width]`.
    ///   - value: `[count, context width]`.
    ///   - spatialTokens: number of leading keys that have a position in the map.
    func callAsFunction(query: Tensor, key: Tensor, value: Tensor, spatialTokens: Int, _ rotary: AxialRotaryEmbedding) -> Tensor {
        let queries = rotary(qProj(query)), keys = rotary(kProj(key), count: spatialTokens)
        // Attention weights sum to 1, so values can be projected after averaging. With one head, and values narrower than its
        // size (as memories are), that saves most of the work of averaging.
        let projectsAfter = heads == 1 && value.width < keys.width
        let attended = attention(
            query: queries, context: [KeyValueRows(keys: keys, values: projectsAfter ? value : vProj(value))],
            heads: heads, keyValueHeads: heads)
        return oProj(projectsAfter ? vProj(attended) : attended)
    }
}
