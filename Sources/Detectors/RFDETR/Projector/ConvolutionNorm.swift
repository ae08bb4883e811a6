import Tensors

/// A convolution without bias, a norm over channels and an activation, on a map `[height, width, channels]`. Keys: `conv`,
/// `norm`.
struct ConvolutionNorm: Sendable {
    let conv: PackedConvolution
    let norm: LayerNorm
    let activation: Activation

    /// - Parameters:
    ///   - side: side of the map.
    ///   - kernel: odd kernel size; zero padding keeps the map's size.
    init(
        _ weights: Weights, _ configuration: ProjectorConfiguration, side: Int, inputs: Int, outputs: Int, kernel: Int
    ) throws {
        conv = try PackedConvolution(
            weights["conv"], height: side, width: side, inputs: inputs, outputs: outputs, kernel: kernel, bias: false)
        norm = try LayerNorm(weights["norm"], width: outputs, epsilon: configuration.layerNormEps)
        activation = configuration.activation
    }

    func callAsFunction(_ map: Tensor) -> Tensor { activation(norm(conv(map))) }
}
