import Tensors

/// One layer of gated cross-attention from the crop's tokens to the full view's. Source: DAM, arXiv 2504.16072, section 4.2;
/// `context_provider_module.layers.N`.
struct ContextProviderLayer: Sendable {
    let layerNorm1: LayerNorm
    let crossAttn: SiglipAttention
    let layerNorm2: LayerNorm
    let mlp: SiglipMLP
    /// Learned gates, initialised to 0 in training; 1 if the checkpoint has none.
    var attnFactor: Float
    var mlpFactor: Float

    init(_ weights: Weights, _ configuration: ContextProviderConfiguration) throws {
        let width = configuration.hiddenSize, epsilon = configuration.layerNormEps
        layerNorm1 = try LayerNorm(weights["layer_norm1"], width: width, epsilon: epsilon)
        crossAttn = try SiglipAttention(weights["cross_attn"], width: width, heads: configuration.attentionHeads)
        layerNorm2 = try LayerNorm(weights["layer_norm2"], width: width, epsilon: epsilon)
        mlp = try SiglipMLP(
            weights["mlp"], width: width, inner: configuration.intermediateSize, activation: configuration.activation)
        attnFactor = configuration.isGated ? try weights["attn_factor"].tensor([1]).array[0] : 1
        mlpFactor = configuration.isGated ? try weights["mlp_factor"].tensor([1]).array[0] : 1
    }

    /// - Parameters:
    ///   - hidden: the region view, `[tokens, width]`.
    ///   - context: the context view's features, `[context tokens, width]`, not normalised.
    func callAsFunction(_ hidden: Tensor, context: Tensor, scope: AttentionScope) -> Tensor {
        let attended = hidden.adding(crossAttn(layerNorm1(hidden), context: context, scope: scope), scaledBy: attnFactor)
        return attended.adding(mlp(layerNorm2(attended)), scaledBy: mlpFactor)
    }
}
