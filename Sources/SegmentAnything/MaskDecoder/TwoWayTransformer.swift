import Tensors

/// A two-way attention block: self-attention of tokens, cross-attention from tokens to image, an MLP on the tokens,
/// cross-attention from image to tokens. Source: SAM, arXiv 2304.02643, appendix A; `mask_decoder.transformer.layers.N`.
struct TwoWayAttentionBlock: Sendable {
    let selfAttn: DecoderAttention
    let layerNorm1: LayerNorm
    let crossAttnTokenToImage: DecoderAttention
    let layerNorm2: LayerNorm
    let mlp: FeedForward
    let layerNorm3: LayerNorm
    let layerNorm4: LayerNorm
    let crossAttnImageToToken: DecoderAttention
    /// True for the first block, whose input tokens equal their position encoding.
    let isFirst: Bool

    init(_ weights: Weights, _ configuration: MaskDecoderConfiguration, isFirst: Bool) throws {
        let width = configuration.hiddenSize, rate = configuration.attentionDownsampleRate
        func norm(_ name: String) throws -> LayerNorm { try LayerNorm(weights[name], width: width, epsilon: 1e-5) }
        func cross(_ name: String) throws -> DecoderAttention {
            try DecoderAttention(weights[name], configuration, downsampleRate: rate)
        }
        selfAttn = try DecoderAttention(weights["self_attn"], configuration, downsampleRate: 1)
        crossAttnTokenToImage = try cross("cross_attn_token_to_image")
        crossAttnImageToToken = try cross("cross_attn_image_to_token")
        (layerNorm1, layerNorm2) = (try norm("layer_norm1"), try norm("layer_norm2"))
        (layerNorm3, layerNorm4) = (try norm("layer_norm3"), try norm("layer_norm4"))
        // transformers uses the number of blocks as the number of the MLP's layers as well; published models have two of each.
        mlp = try FeedForward(
            weights["mlp"], inputs: width, hidden: configuration.mlpDim, outputs: width, layers: configuration.hiddenLayers)
        self.isFirst = isFirst
    }

    /// - Parameters:
    ///   - tokens: `[tokens, hidden]`.
    ///   - image: `[positions, hidden]`.
    ///   - tokenPositions, imagePositions: position encodings, added to the queries and keys.
    func callAsFunction(
        tokens: Tensor, image: Tensor, tokenPositions: Tensor, imagePositions: Tensor
    ) -> (tokens: Tensor, image: Tensor) {
        let positioned = tokens + tokenPositions
        let own = isFirst
            ? selfAttn(query: tokens, key: tokens, value: tokens)
            : selfAttn(query: positioned, key: positioned, value: tokens, residual: tokens)
        let first = layerNorm1(own), imageKeys = image + imagePositions
        let second = layerNorm2(
            crossAttnTokenToImage(query: first + tokenPositions, key: imageKeys, value: image, residual: first))
        let third = layerNorm3(mlp(second, residual: second))
        let seen = crossAttnImageToToken(query: imageKeys, key: third + tokenPositions, value: third, residual: image)
        return (third, layerNorm4(seen))
    }
}

/// The two-way blocks and a final attention from tokens to image: `mask_decoder.transformer`.
struct TwoWayTransformer: Sendable {
    let layers: [TwoWayAttentionBlock]
    let finalAttnTokenToImage: DecoderAttention
    let layerNormFinalAttn: LayerNorm

    init(_ weights: Weights, _ configuration: MaskDecoderConfiguration) throws {
        layers = try (0..<configuration.hiddenLayers).map {
            try TwoWayAttentionBlock(weights["layers"][$0], configuration, isFirst: $0 == 0)
        }
        finalAttnTokenToImage = try DecoderAttention(
            weights["final_attn_token_to_image"], configuration, downsampleRate: configuration.attentionDownsampleRate)
        layerNormFinalAttn = try LayerNorm(
            weights["layer_norm_final_attn"], width: configuration.hiddenSize, epsilon: 1e-5)
    }

    /// - Returns: the updated tokens `[tokens, hidden]` and image `[positions, hidden]`.
    func callAsFunction(tokens positions: Tensor, image: Tensor, imagePositions: Tensor) -> (tokens: Tensor, image: Tensor) {
        var state = (tokens: positions, image: image)
        for layer in layers {
            state = layer(
                tokens: state.tokens, image: state.image, tokenPositions: positions, imagePositions: imagePositions)
        }
        let last = finalAttnTokenToImage(
            query: state.tokens + positions, key: state.image + imagePositions, value: state.image, residual: state.tokens)
        return (layerNormFinalAttn(last), state.image)
    }
}
