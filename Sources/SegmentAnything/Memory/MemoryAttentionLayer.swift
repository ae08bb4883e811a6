import Tensors

/// One layer of memory attention: self-attention of the frame, then cross-attention to memories. Keys: `self_attn`,
/// `cross_attn_image`, `linear1`, `linear2`, `layer_norm1` ... `layer_norm3`. Source: SAM 2, arXiv 2408.00714, "Memory
/// attention".
struct MemoryAttentionLayer: Sendable {
    let selfAttn: RoPEAttention
    let crossAttnImage: RoPEAttention
    let linear1: Linear
    let linear2: Linear
    let layerNorm1: LayerNorm
    let layerNorm2: LayerNorm
    let layerNorm3: LayerNorm
    let activation: Activation

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration) throws {
        let width = configuration.attentionHiddenSize, inner = configuration.attentionFeedForwardSize
        selfAttn = try RoPEAttention(weights["self_attn"], configuration, contextWidth: width)
        crossAttnImage = try RoPEAttention(
            weights["cross_attn_image"], configuration, contextWidth: configuration.encoderOutputChannels)
        linear1 = try Linear(weights["linear1"], inputs: width, outputs: inner)
        linear2 = try Linear(weights["linear2"], inputs: inner, outputs: width)
        layerNorm1 = try LayerNorm(weights["layer_norm1"], width: width, epsilon: 1e-5)
        layerNorm2 = try LayerNorm(weights["layer_norm2"], width: width, epsilon: 1e-5)
        layerNorm3 = try LayerNorm(weights["layer_norm3"], width: width, epsilon: 1e-5)
        activation = configuration.attentionActivation
    }

    /// Self-attention of the frame, independent of memories: `[side * side, width]` to the same shape.
    func attendingToItself(_ hidden: Tensor, _ rotary: AxialRotaryEmbedding) -> Tensor {
        let own = layerNorm1(hidden)
        return hidden + selfAttn(query: own, key: own, value: own, spatialTokens: own.rows, rotary)
    }

    /// Cross-attention to memories, followed by the MLP.
    /// - Parameter seen: result of `attendingToItself`.
    func attendingToMemories(_ seen: Tensor, _ memories: MemoryTokens, _ rotary: AxialRotaryEmbedding) -> Tensor {
        let remembered = seen + crossAttnImage(
            query: layerNorm2(seen), key: memories.keys, value: memories.values, spatialTokens: memories.spatialTokens, rotary)
        return linear2(linear1(layerNorm3(remembered), activation: activation), residual: remembered)
    }
}
