import Tensors

/// DINOv2 whose tokens lie in windows, and the maps of some of its layers. Source: RF-DETR, arXiv 2511.09554, after
/// LW-DETR, arXiv 2406.03459; `backbone.backbone`.
struct WindowedEncoder: Sendable {
    let embeddings: EncoderEmbeddings
    /// Layers that a map depends on.
    let layers: [EncoderLayer]
    /// Nil where the maps are not normalised.
    let layernorm: LayerNorm?
    let grid: WindowGrid
    /// States that are maps: 0 is the embeddings, N the result of layer N.
    let outputs: [Int]

    /// - Parameters:
    ///   - side: of the pictures, in pixels.
    ///   - format: of the linear layers' weights.
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

    /// `[3, side, side] -> [grid, grid, maps * width]`, the maps' channels one after the other.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        var hidden = embeddings(pixels), states: [Tensor] = []
        for state in 0...layers.count {
            if state > 0 { hidden = layers[state - 1](hidden) }
            if outputs.contains(state) { states.append(layernorm?(hidden) ?? hidden) }
        }
        return joined(states)
    }

    /// The patches of each state back in their places, without the class tokens.
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
