import Tensors

/// One DINOv2 layer: attention and an MLP, each after its norm, scaled and around a shortcut. A windowed layer's tokens see
/// their own window, those of the others see all. Source: DINOv2, arXiv 2304.07193; `backbone.backbone.encoder.layer.N`.
struct EncoderLayer: Sendable {
    let norm1: LayerNorm
    let attention: EncoderAttention
    /// `[width]`.
    let layerScale1: Tensor
    let norm2: LayerNorm
    let mlp: EncoderMLP
    let layerScale2: Tensor

    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration, isWindowed: Bool) throws {
        let width = configuration.hiddenSize, epsilon = configuration.layerNormEps
        norm1 = try LayerNorm(weights["norm1"], width: width, epsilon: epsilon)
        attention = try EncoderAttention(weights["attention"], configuration, isWindowed: isWindowed)
        layerScale1 = try weights["layer_scale1"]["lambda1"].tensor([width])
        norm2 = try LayerNorm(weights["norm2"], width: width, epsilon: epsilon)
        mlp = try EncoderMLP(weights["mlp"], configuration)
        layerScale2 = try weights["layer_scale2"]["lambda1"].tensor([width])
    }

    /// `[tokens, width]`, the same out.
    func callAsFunction(_ hidden: Tensor, _ grid: WindowGrid) -> Tensor {
        let attended = hidden.adding(attention(norm1(hidden), grid), columnsScaledBy: layerScale1)
        return attended.adding(mlp(norm2(attended)), columnsScaledBy: layerScale2)
    }
}

/// Multi-head self-attention over all tokens, or within each window.
struct EncoderAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let oProj: Linear
    let heads: Int
    let isWindowed: Bool

    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration, isWindowed: Bool) throws {
        let width = configuration.hiddenSize, bias = configuration.hasQKVBias
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: width, bias: bias)
        kProj = try Linear(weights["k_proj"], inputs: width, outputs: width, bias: bias)
        vProj = try Linear(weights["v_proj"], inputs: width, outputs: width, bias: bias)
        oProj = try Linear(weights["o_proj"], inputs: width, outputs: width)
        heads = configuration.heads
        self.isWindowed = isWindowed && configuration.windows > 1
    }

    func callAsFunction(_ hidden: Tensor, _ grid: WindowGrid) -> Tensor {
        let queries = qProj(hidden).allColumns, keys = kProj(hidden).allColumns, values = vProj(hidden).allColumns
        let parts = isWindowed ? (0..<grid.windowCount).map(grid.rows(ofWindow:)) : [0..<grid.tokens]
        let attended = parts.map { rows in
            attention(
                query: queries.rows(rows), context: [KeyValueRows(keys: keys.rows(rows), values: values.rows(rows))],
                heads: heads, keyValueHeads: heads)
        }
        return oProj(attended.count == 1 ? attended[0] : .concatenatingRows(attended))
    }
}

/// Two linear layers with an activation between.
struct EncoderMLP: Sendable {
    let fc1: Linear
    let fc2: Linear
    let activation: Activation

    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration) throws {
        fc1 = try Linear(weights["fc1"], inputs: configuration.hiddenSize, outputs: configuration.mlpWidth)
        fc2 = try Linear(weights["fc2"], inputs: configuration.mlpWidth, outputs: configuration.hiddenSize)
        activation = configuration.activation
    }

    func callAsFunction(_ hidden: Tensor) -> Tensor { fc2(fc1(hidden, activation: activation)) }
}
