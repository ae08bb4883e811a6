import Tensors

/// The decoder: queries attend to each other and to the features, layer after layer, around boxes that stay at the first stage's
/// positions. Keys: `layers.N`, `layernorm`, `ref_point_head`; `decoder`. Source: LW-DETR, arXiv 2406.03459, section 3.1.
struct QueryDecoder: Sendable {
    let layers: [DecoderLayer]
    let layernorm: LayerNorm
    let refPointHead: PredictionHead
    let width: Int

    init(_ weights: Weights, _ configuration: DecoderConfiguration) throws {
        width = configuration.width
        layers = try (0..<configuration.layers).map { try DecoderLayer(weights["layers"][$0], configuration) }
        layernorm = try LayerNorm(weights["layernorm"], width: width, epsilon: 1e-5)
        refPointHead = try PredictionHead(weights["ref_point_head"], inputs: 2 * width, hidden: width, outputs: width, layers: 2)
    }

    /// - Parameters:
    ///   - queries: `[queries, width]`.
    ///   - boxes: relative centre and size, `[queries, 4]`.
    ///   - features: `[side, side, width]`.
    /// - Returns: the queries after the last layer, `[queries, width]`.
    func callAsFunction(_ queries: Tensor, boxes: Tensor, features: Tensor) -> Tensor {
        let positions = refPointHead(sinePositions(ofBoxes: boxes, channels: width / 2))
        return layernorm(layers.reduce(queries) { $1($0, positions: positions, boxes: boxes, features: features) })
    }
}

/// Self-attention among queries, deformable attention to the features and an MLP, each with a post-norm.
struct DecoderLayer: Sendable {
    let selfAttn: QueryAttention
    let selfAttnLayerNorm: LayerNorm
    let crossAttn: DeformableAttention
    let crossAttnLayerNorm: LayerNorm
    let fc1: Linear
    let fc2: Linear
    let layerNorm: LayerNorm
    let activation: Activation

    init(_ weights: Weights, _ configuration: DecoderConfiguration) throws {
        let width = configuration.width
        func norm(_ name: String) throws -> LayerNorm { try LayerNorm(weights[name], width: width, epsilon: 1e-5) }
        selfAttn = try QueryAttention(weights["self_attn"], configuration)
        selfAttnLayerNorm = try norm("self_attn_layer_norm")
        crossAttn = try DeformableAttention(weights["cross_attn"], configuration)
        crossAttnLayerNorm = try norm("cross_attn_layer_norm")
        fc1 = try Linear(weights["mlp"]["fc1"], inputs: width, outputs: configuration.feedForwardWidth)
        fc2 = try Linear(weights["mlp"]["fc2"], inputs: configuration.feedForwardWidth, outputs: width)
        layerNorm = try norm("layer_norm")
        activation = configuration.activation
    }

    func callAsFunction(_ queries: Tensor, positions: Tensor, boxes: Tensor, features: Tensor) -> Tensor {
        let mutual = selfAttnLayerNorm(selfAttn(queries, positions: positions))
        let seen = crossAttnLayerNorm(crossAttn(mutual, positions: positions, boxes: boxes, features: features))
        return layerNorm(fc2(fc1(seen, activation: activation), residual: seen))
    }
}

/// Multi-head self-attention with positions added to queries and keys. Keys: `q_proj`, `k_proj`, `v_proj`, `o_proj`.
struct QueryAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let oProj: Linear
    let heads: Int

    init(_ weights: Weights, _ configuration: DecoderConfiguration) throws {
        let width = configuration.width, bias = configuration.hasAttentionBias
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: width, bias: bias)
        kProj = try Linear(weights["k_proj"], inputs: width, outputs: width, bias: bias)
        vProj = try Linear(weights["v_proj"], inputs: width, outputs: width, bias: bias)
        oProj = try Linear(weights["o_proj"], inputs: width, outputs: width, bias: bias)
        heads = configuration.selfAttentionHeads
    }

    /// `[queries, width]` to the same shape, with the residual added.
    func callAsFunction(_ queries: Tensor, positions: Tensor) -> Tensor {
        let placed = queries + positions
        let attended = attention(
            query: qProj(placed), context: [KeyValueRows(keys: kProj(placed), values: vProj(queries))],
            heads: heads, keyValueHeads: heads)
        return oProj(attended, residual: queries)
    }
}
