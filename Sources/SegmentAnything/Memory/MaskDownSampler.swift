import Tensors

/// Downsamples a mask from the input's size to the image embedding's, by convolutions whose width grows as the map shrinks.
/// Keys: `layers.N.conv`, `layers.N.layer_norm`, `final_conv`. Source: SAM 2, arXiv 2408.00714, appendix C.1.
struct MaskDownSampler: Sendable {
    let layers: [MaskDownSamplerLayer]
    let finalConv: Conv2d

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration) throws {
        var layers: [MaskDownSamplerLayer] = [], channels = 1, stride = 1
        while stride < configuration.maskDownsamplerTotalStride {
            stride *= configuration.maskDownsamplerStride
            let outputs = channels * configuration.maskDownsamplerStride * configuration.maskDownsamplerStride
            layers.append(
                try MaskDownSamplerLayer(
                    weights["layers"][layers.count], configuration, inputs: channels, outputs: outputs))
            channels = outputs
        }
        self.layers = layers
        finalConv = try Conv2d(weights["final_conv"], inputs: channels, outputs: configuration.maskDownsamplerWidth)
    }

    /// `[side, side, 1] -> [side / total stride, side / total stride, width]`.
    func callAsFunction(_ mask: Tensor) -> Tensor {
        finalConv(layers.reduce(mask) { map, layer in layer(map) })
    }
}

/// One layer of `MaskDownSampler`. Keys: `conv`, `layer_norm`.
struct MaskDownSamplerLayer: Sendable {
    let conv: Conv2d
    let layerNorm: LayerNorm
    let activation: Activation

    init(_ weights: Weights, _ configuration: MemoryConfiguration, inputs: Int, outputs: Int) throws {
        conv = try Conv2d(
            weights["conv"], inputs: inputs, outputs: outputs, kernel: configuration.maskDownsamplerKernelSize,
            stride: configuration.maskDownsamplerStride, padding: configuration.maskDownsamplerPadding)
        layerNorm = try LayerNorm(weights["layer_norm"], width: outputs, epsilon: 1e-6)
        activation = configuration.maskDownsamplerActivation
    }

    func callAsFunction(_ map: Tensor) -> Tensor { activation(layerNorm(conv(map))) }
}
