import Tensors

/// One Hiera block: window (or global) attention, then an MLP, each with a pre-norm and a residual connection. A stage's first
/// block changes the width and may reduce the map by query pooling. `vision_encoder.backbone.blocks.N`.
struct HieraBlock: Sendable {
    let layerNorm1: LayerNorm
    let attn: HieraAttention
    let layerNorm2: LayerNorm
    let mlp: FeedForward
    /// nil if the width does not change.
    let proj: Linear?

    init(_ weights: Weights, _ hiera: HieraConfiguration, stage: Int, isFirst: Bool, isGlobal: Bool) throws {
        let isTransition = stage > 0 && isFirst
        let inputs = hiera.widthPerStage[isTransition ? stage - 1 : stage], outputs = hiera.widthPerStage[stage]
        layerNorm1 = try LayerNorm(weights["layer_norm1"], width: inputs, epsilon: hiera.layerNormEps)
        attn = try HieraAttention(
            weights["attn"], inputs: inputs, outputs: outputs, heads: hiera.headsPerStage[stage],
            window: isGlobal ? nil : hiera.windowPerStage[isTransition ? stage - 1 : stage],
            pool: isTransition && stage <= hiera.queryPoolStages ? hiera.queryStride : 1)
        layerNorm2 = try LayerNorm(weights["layer_norm2"], width: outputs, epsilon: hiera.layerNormEps)
        mlp = try FeedForward(
            weights["mlp"], inputs: outputs, hidden: Int(Double(outputs) * hiera.mlpRatio), outputs: outputs, layers: 2,
            activation: hiera.activation)
        proj = inputs == outputs ? nil : try Linear(weights["proj"], inputs: inputs, outputs: outputs)
    }

    /// `[height, width, inputs] -> [height / pool, width / pool, outputs]`.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let normed = layerNorm1(map)
        var shortcut = map
        if let proj { shortcut = proj(normed).reshaped(Array(map.shape.dropLast()) + [proj.weight.rows]) }
        if attn.pool > 1 { shortcut = shortcut.maxPooled(attn.pool) }
        let attended = attn(normed, shortcut: shortcut)
        return mlp(layerNorm2(attended), residual: attended).reshaped(shortcut.shape)
    }
}

/// Multi-head self-attention within windows, or global; queries may be pooled.
struct HieraAttention: Sendable {
    let qkv: Linear
    let proj: Linear
    let heads: Int
    /// Side of the windows; nil for global attention.
    let window: Int?
    /// Side of the squares of tokens that are pooled into one query.
    let pool: Int

    init(_ weights: Weights, inputs: Int, outputs: Int, heads: Int, window: Int?, pool: Int) throws {
        qkv = try Linear(weights["qkv"], inputs: inputs, outputs: 3 * outputs)
        proj = try Linear(weights["proj"], inputs: outputs, outputs: outputs)
        self.heads = heads
        self.window = window
        self.pool = pool
    }

    /// - Parameters:
    ///   - map: `[height, width, inputs]`.
    ///   - shortcut: `[height / pool, width / pool, outputs]`, added to the result, which has this shape.
    func callAsFunction(_ map: Tensor, shortcut: Tensor) -> Tensor {
        let projected = qkv(map).reshaped(Array(map.shape.dropLast()) + [qkv.weight.rows])
        let width = proj.weight.columns
        let attended: Tensor
        if let window, let padding = qkv.bias {
            attended = windowedAttention(projected, heads: heads, window: window, padding: padding, pool: pool)
        } else {
            let context = KeyValueRows(
                keys: projected.columns(width..<2 * width), values: projected.columns(2 * width..<3 * width))
            let queries = projected.columns(0..<width)
            attended =
                pool > 1
                ? attention(
                    query: Tensor(queries, shape: Array(map.shape.dropLast()) + [width]).maxPooled(pool),
                    context: [context], heads: heads, keyValueHeads: heads)
                : attention(query: queries, context: [context], heads: heads, keyValueHeads: heads)
        }
        return proj(attended, residual: shortcut).reshaped(shortcut.shape)
    }
}
