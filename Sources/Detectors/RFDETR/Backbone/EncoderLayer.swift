import Tensors

/// One DINOv2 layer: attention and an MLP, each with a pre-norm, layer scale and a residual connection. Attention of a windowed
/// layer is within windows, that of the others global. Source: DINOv2, arXiv 2304.07193; `backbone.backbone.encoder.layer.N`.
struct EncoderLayer: Sendable {
    let norm1: LayerNorm
    /// With `layer_scale1` folded in.
    let attention: EncoderAttention
    let norm2: LayerNorm
    /// With `layer_scale2` folded in.
    let mlp: EncoderMLP

    /// - Parameter format: storage type of the linear layers' weights.
    init(
        _ weights: Weights, _ configuration: WindowedEncoderConfiguration, _ grid: WindowGrid, isWindowed: Bool, format: DataType
    ) throws {
        let width = configuration.hiddenSize, epsilon = configuration.layerNormEps
        func scale(_ name: String) throws -> Tensor { try weights[name]["lambda1"].tensor([width]) }
        norm1 = try LayerNorm(weights["norm1"], width: width, epsilon: epsilon)
        attention = try EncoderAttention(
            weights["attention"], configuration, grid, scale: scale("layer_scale1"), isWindowed: isWindowed,
            format: format)
        norm2 = try LayerNorm(weights["norm2"], width: width, epsilon: epsilon)
        mlp = try EncoderMLP(weights["mlp"], configuration, rows: grid.tokens, scale: scale("layer_scale2"), format: format)
    }

    /// `[tokens, width]` to the same shape.
    func callAsFunction(_ hidden: Tensor) -> Tensor {
        let attended = attention(norm1(hidden), residual: hidden)
        return mlp(norm2(attended), residual: attended)
    }
}

/// Multi-head self-attention, global or within each window. Keys: `q_proj`, `k_proj`, `v_proj`, `o_proj`.
struct EncoderAttention: Sendable {
    /// Fused query, key and value projections.
    let projections: PackedLinear
    let oProj: PackedLinear
    let heads: Int
    let width: Int
    /// Row ranges within which tokens attend to each other.
    let parts: [Range<Int>]

    /// - Parameter scale: factors of the output, `[width]`.
    init(
        _ weights: Weights, _ configuration: WindowedEncoderConfiguration, _ grid: WindowGrid, scale: Tensor, isWindowed: Bool,
        format: DataType
    ) throws {
        width = configuration.hiddenSize
        projections = try PackedLinear(
            ["q_proj", "k_proj", "v_proj"].map { weights[$0] }, rows: grid.tokens, inputs: width, outputs: width,
            bias: configuration.hasQKVBias, format: format)
        oProj = try PackedLinear(weights["o_proj"], rows: grid.tokens, inputs: width, outputs: width, scale: scale, format: format)
        heads = configuration.heads
        parts = isWindowed ? (0..<grid.windowCount).map(grid.rows(ofWindow:)) : [0..<grid.tokens]
    }

    func callAsFunction(_ hidden: Tensor, residual: Tensor) -> Tensor {
        let projected = projections(hidden)
        func columns(_ part: Int, _ rows: Range<Int>) -> TensorColumns {
            projected.columns(part * width..<(part + 1) * width).rows(rows)
        }
        let attended = parts.map { rows in
            Tensors.attention(
                query: columns(0, rows), context: [KeyValueRows(keys: columns(1, rows), values: columns(2, rows))],
                heads: heads, keyValueHeads: heads)
        }
        return oProj(attended.count == 1 ? attended[0] : .concatenatingRows(attended), residual: residual)
    }
}

/// Two linear layers with an activation between them.
struct EncoderMLP: Sendable {
    let fc1: PackedLinear
    let fc2: PackedLinear
    let activation: Activation

    /// - Parameter scale: factors of the output, `[width]`.
    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration, rows: Int, scale: Tensor, format: DataType) throws {
        let width = configuration.hiddenSize, inner = configuration.mlpWidth
        fc1 = try PackedLinear(weights["fc1"], rows: rows, inputs: width, outputs: inner, format: format)
        fc2 = try PackedLinear(weights["fc2"], rows: rows, inputs: inner, outputs: width, scale: scale, format: format)
        activation = configuration.activation
    }

    func callAsFunction(_ hidden: Tensor, residual: Tensor) -> Tensor {
        fc2(fc1(hidden, activation: activation), residual: residual)
    }
}
