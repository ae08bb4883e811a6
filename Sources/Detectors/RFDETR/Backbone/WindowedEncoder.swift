import Tensors

/// DINOv2 with windowed tokens, returning the feature maps of selected layers. Source: RF-DETR, arXiv 2511.09554, after LW-DETR,
/// arXiv 2406.03459; `backbone.backbone`.
struct WindowedEncoder: Sendable {
    let embeddings: EncoderEmbeddings
    /// Layers up to the last one with a map.
    let layers: [EncoderLayer]
    /// nil if the maps are not normalised.
    let layernorm: LayerNorm?
    let grid: WindowGrid
    /// Hidden states that become maps: 0 is the embeddings, N the result of layer N.
    let outputs: [Int]

    /// - Parameters:
    ///   - side: side of the model's input, in pixels.
    ///   - format: storage type of the linear layers' weights.
    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration, side: Int, format: DataType) throws {
        grid = WindowGrid(side: side / configuration.patchSize, windows: configuration.windows)
        embeddings = try EncoderEmbeddings(weights["embeddings"], configuration, grid: grid)
        layers = try (0..<configuration.usedLayers).map { [grid] in
            try EncoderLayer(
                weights["encoder"]["layer"][$0], configuration, grid, isWindowed: configuration.windowedLayers.contains($0),
                format: format)
        }
        let norm = try LayerNorm(weights["layernorm"], width: configuration.hiddenSize, epsilon: configuration.layerNormEps)
        layernorm = configuration.normalisesOutputs ? norm : nil
        outputs = configuration.outputs
    }

    /// `[3, side, side] -> [grid, grid, maps * width]`, with the maps' channels concatenated.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        var hidden = embeddings(pixels), states: [Tensor] = []
        for state in 0...layers.count {
            if state > 0 { hidden = layers[state - 1](hidden) }
            if outputs.contains(state) { states.append(layernorm?(hidden) ?? hidden) }
        }
        return joined(states)
    }

    /// The patches of each state in row-major grid order, without the class tokens.
    private func joined(_ states: [Tensor]) -> Tensor {
        let width = states.first?.width ?? 0, total = states.count * width
        return Tensor([grid.side, grid.side, total]) { output in
            for (index, state) in states.enumerated() {
                state.withValues { values in
                    for place in 0..<grid.side * grid.side {
                        let source = grid.row(y: place / grid.side, x: place % grid.side) * width
                        _ = output[(place * total + index * width)...].update(fromContentsOf: values[source..<source + width])
                    }
                }
            }
        }
    }
}
