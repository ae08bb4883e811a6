import Tensors

/// Embeds a mask as a dense embedding: two convolutions that halve it and a 1 x 1 convolution. `prompt_encoder.mask_embed`.
struct MaskEmbedding: Sendable {
    let conv1: Conv2d
    let layerNorm1: LayerNorm
    let conv2: Conv2d
    let layerNorm2: LayerNorm
    let conv3: Conv2d
    let activation: Activation

    init(_ weights: Weights, _ configuration: PromptEncoderConfiguration) throws {
        let width = configuration.maskInputChannels, epsilon = configuration.layerNormEps
        conv1 = try Conv2d(weights["conv1"], inputs: 1, outputs: width / 4, kernel: 2, stride: 2)
        layerNorm1 = try LayerNorm(weights["layer_norm1"], width: width / 4, epsilon: epsilon)
        conv2 = try Conv2d(weights["conv2"], inputs: width / 4, outputs: width, kernel: 2, stride: 2)
        layerNorm2 = try LayerNorm(weights["layer_norm2"], width: width, epsilon: epsilon)
        conv3 = try Conv2d(weights["conv3"], inputs: width, outputs: configuration.hiddenSize)
        activation = configuration.activation
    }

    /// `[4 side, 4 side, 1] -> [side, side, hidden]`.
    func callAsFunction(_ mask: Tensor) -> Tensor {
        let first = activation(layerNorm1(conv1(mask)))
        return conv3(activation(layerNorm2(conv2(first))))
    }
}
