import Tensors

/// One SigLIP encoder layer (pre-norm). Source: SigLIP, arXiv 2303.15343; `vision_model.encoder.layers.N`.
struct SiglipEncoderLayer: Sendable {
    let layerNorm1: LayerNorm
    let selfAttn: SiglipAttention
    let layerNorm2: LayerNorm
    let mlp: SiglipMLP

    init(_ weights: Weights, _ configuration: SiglipConfiguration) throws {
        let width = configuration.hiddenSize, epsilon = configuration.layerNormEps
        layerNorm1 = try LayerNorm(weights["layer_norm1"], width: width, epsilon: epsilon)
        selfAttn = try SiglipAttention(weights["self_attn"], width: width, heads: configuration.attentionHeads)
        layerNorm2 = try LayerNorm(weights["layer_norm2"], width: width, epsilon: epsilon)
        mlp = try SiglipMLP(
            weights["mlp"], width: width, inner: configuration.intermediateSize, activation: configuration.activation)
    }

    /// - Parameter hidden: `[tokens, width]`.
    func callAsFunction(_ hidden: Tensor) -> Tensor {
        let attended = selfAttn(layerNorm1(hidden), residual: hidden)
        return mlp(layerNorm2(attended), residual: attended)
    }
}

/// Multi-head attention with biases: SigLIP's self-attention (context = queries) and the context provider's cross-attention.
struct SiglipAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let outProj: Linear
    let heads: Int

    init(_ weights: Weights, width: Int, heads: Int) throws {
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: width)
        kProj = try Linear(weights["k_proj"], inputs: width, outputs: width)
        vProj = try Linear(weights["v_proj"], inputs: width, outputs: width)
        outProj = try Linear(weights["out_proj"], inputs: width, outputs: width)
        self.heads = heads
    }

    /// Self-attention.
    /// - Parameters:
    ///   - tokens: `[tokens, width]`.
    ///   - residual: added to the result.
    func callAsFunction(_ tokens: Tensor, residual: Tensor? = nil) -> Tensor {
        let parts = projections(of: tokens, [qProj, kProj, vProj])
        return attended(parts[0], keys: parts[1], values: parts[2], .all, residual)
    }

    /// Cross-attention.
    /// - Parameters:
    ///   - queries: `[tokens, width]`.
    ///   - context: `[context tokens, width]`, projected to keys and values.
    ///   - scope: the context tokens that are attended to.
    ///   - residual: added to the result.
    func callAsFunction(
        _ queries: Tensor, context: Tensor, scope: AttentionScope = .all, residual: Tensor? = nil
    ) -> Tensor {
        let parts = projections(of: context, [kProj, vProj])
        return attended(qProj(queries), keys: parts[0], values: parts[1], scope, residual)
    }

    private func attended(
        _ queries: Tensor, keys: Tensor, values: Tensor, _ scope: AttentionScope, _ residual: Tensor?
    ) -> Tensor {
        let attended = attention(
            query: queries, context: [KeyValueRows(keys: keys, values: values)], heads: heads, keyValueHeads: heads, scope: scope)
        return outProj(attended, residual: residual)
    }
}

/// Two linear layers with an activation between.
struct SiglipMLP: Sendable {
    let fc1: Linear
    let fc2: Linear
    let activation: Activation

    init(_ weights: Weights, width: Int, inner: Int, activation: Activation) throws {
        fc1 = try Linear(weights["fc1"], inputs: width, outputs: inner)
        fc2 = try Linear(weights["fc2"], inputs: inner, outputs: width)
        self.activation = activation
    }

    /// - Parameter residual: added to the result.
    func callAsFunction(_ hidden: Tensor, residual: Tensor? = nil) -> Tensor {
        fc2(fc1(hidden, activation: activation), residual: residual)
    }
}
