import Tensors

/// Cost per image of an RF-DETR model, computed from its configuration.
struct RFDETRCost {
    let configuration: RFDETRConfiguration
    /// Side of the model's input, in pixels.
    let side: Int
    let makesMasks: Bool
    /// Storage type of the weights that take most of the time.
    let format: DataType

    private var grid: Int { side / configuration.backbone.patchSize }
    private var cells: Int { grid * grid }

    /// One image through all stages. Positions, boxes and feature sampling are not counted.
    var picture: ComputeCost { backbone + projector + proposals + decoder + (makesMasks ? masks : ComputeCost()) }

    private var backbone: ComputeCost {
        let backbone = configuration.backbone, width = backbone.hiddenSize
        let windows = WindowGrid(side: grid, windows: backbone.windows), tokens = windows.tokens
        let patch = 3 * backbone.patchSize * backbone.patchSize
        let inWindows = windows.windowCount * windows.windowTokens * windows.windowTokens
        return (0..<backbone.usedLayers).reduce(single(cells, from: patch, to: width)) { work, layer in
            work + .linear(tokens, from: width, to: 4 * width, format)
                + .attention(pairs: backbone.windowedLayers.contains(layer) ? inWindows : tokens * tokens, width: width)
                + .linear(tokens, from: width, to: backbone.mlpWidth, format) + .linear(tokens, from: backbone.mlpWidth, to: width, format)
        }
    }

    private var projector: ComputeCost {
        let projector = configuration.projector, hidden = projector.hiddenChannels
        let inputs = configuration.backbone.outputs.count * configuration.backbone.hiddenSize
        return single(cells, from: inputs, to: 2 * hidden) + single(cells, from: 9 * hidden, to: hidden) * (2 * projector.blocks)
            + single(cells, from: (2 + projector.blocks) * hidden, to: projector.width)
    }

    private var proposals: ComputeCost {
        let width = configuration.width
        return single(cells, from: width, to: width) + single(cells, from: width, to: configuration.labels.count) + boxes
    }

    /// The box head, an MLP of three layers.
    private var boxes: ComputeCost {
        let width = configuration.width, queries = configuration.decoder.queries
        return single(queries, from: width, to: width) * 2 + single(queries, from: width, to: 4)
    }

    private var decoder: ComputeCost {
        let decoder = configuration.decoder, width = decoder.width, queries = decoder.queries
        let places = decoder.crossAttentionHeads * decoder.points
        let layer = single(queries, from: width, to: width) * 5 + .attention(pairs: queries * queries, width: width)
            + single(cells, from: width, to: width) + single(queries, from: width, to: 3 * places)
            + single(queries, from: width, to: decoder.feedForwardWidth) + single(queries, from: decoder.feedForwardWidth, to: width)
        return layer * decoder.layers + single(queries, from: 2 * width, to: width) + single(queries, from: width, to: width)
            + single(queries, from: width, to: configuration.labels.count) + boxes
    }

    private var masks: ComputeCost {
        let head = configuration.segmentation, width = configuration.width, queries = configuration.decoder.queries
        let side = side / head.downsampleRatio, places = side * side
        let block = single(places * width, from: 9, to: 1) + .linear(places, from: width, to: width, format)
        return block * configuration.decoder.layers + single(queries, from: width, to: head.intermediateSize)
            + single(queries, from: head.intermediateSize, to: width) + single(queries, from: width, to: width) * 2
            + ComputeCost(operations: 2 * Double(queries) * Double(width) * Double(places))
    }

    private func single(_ rows: Int, from inputs: Int, to outputs: Int) -> ComputeCost {
        .linear(rows, from: inputs, to: outputs, .f32)
    }
}
