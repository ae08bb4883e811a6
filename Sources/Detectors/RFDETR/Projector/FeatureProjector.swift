import Tensors

/// Projects the backbone's maps to the decoder's width: a C2f block and a norm. Source: LW-DETR, arXiv 2406.03459, section 3.1;
/// `backbone.projector`.
struct FeatureProjector: Sendable {
    let projectorLayer: C2fBlock
    let layerNorm: LayerNorm

    /// - Parameter side: side of the maps.
    init(_ weights: Weights, _ configuration: ProjectorConfiguration, side: Int, inputs: Int) throws {
        projectorLayer = try C2fBlock(weights["projector_layer"], configuration, side: side, inputs: inputs)
        layerNorm = try LayerNorm(weights["layer_norm"], width: configuration.width, epsilon: 1e-6)
    }

    /// `[side, side, inputs] -> [side, side, width]`.
    func callAsFunction(_ map: Tensor) -> Tensor { layerNorm(projectorLayer(map)) }
}

/// A cross-stage partial block: half of the channels pass through bottlenecks, and all intermediate results are concatenated at
/// the end.
struct C2fBlock: Sendable {
    let conv1: ConvolutionNorm
    let bottlenecks: [Bottleneck]
    let conv2: ConvolutionNorm
    let hiddenChannels: Int

    init(_ weights: Weights, _ configuration: ProjectorConfiguration, side: Int, inputs: Int) throws {
        let hidden = configuration.hiddenChannels
        conv1 = try ConvolutionNorm(weights["conv1"], configuration, side: side, inputs: inputs, outputs: 2 * hidden, kernel: 1)
        bottlenecks = try (0..<configuration.blocks).map { try Bottleneck(weights["bottlenecks"][$0], configuration, side: side) }
        conv2 = try ConvolutionNorm(
            weights["conv2"], configuration, side: side, inputs: (2 + configuration.blocks) * hidden, outputs: configuration.width,
            kernel: 1)
        hiddenChannels = hidden
    }

    func callAsFunction(_ map: Tensor) -> Tensor {
        let split = conv1(map), shape = Array(map.shape.dropLast())
        var parts = [split.columns(0..<hiddenChannels), split.columns(hiddenChannels..<2 * hiddenChannels)]
        var last = Tensor(parts[1], shape: shape + [hiddenChannels])
        for bottleneck in bottlenecks {
            last = bottleneck(last)
            parts.append(last.allColumns)
        }
        let joined = Tensor.concatenatingColumns(parts)
        return conv2(joined.reshaped(shape + [joined.width]))
    }
}

/// Two convolutions in sequence.
struct Bottleneck: Sendable {
    let conv1: ConvolutionNorm
    let conv2: ConvolutionNorm

    init(_ weights: Weights, _ configuration: ProjectorConfiguration, side: Int) throws {
        let hidden = configuration.hiddenChannels
        conv1 = try ConvolutionNorm(weights["conv1"], configuration, side: side, inputs: hidden, outputs: hidden, kernel: 3)
        conv2 = try ConvolutionNorm(weights["conv2"], configuration, side: side, inputs: hidden, outputs: hidden, kernel: 3)
    }

    func callAsFunction(_ map: Tensor) -> Tensor { conv2(conv1(map)) }
}
