import Tensors

/// A ConvNeXt block that fuses image features and mask. Keys: `depthwise_conv`, `layer_norm`, `pointwise_conv1`,
/// `pointwise_conv2`, `scale`. Source: ConvNeXt, arXiv 2201.03545, section 2.6.
struct MemoryFuserBlock: Sendable {
    let depthwiseConv: DepthwiseConv2d
    let layerNorm: LayerNorm
    let pointwiseConv1: Linear
    let pointwiseConv2: Linear
    /// `[width]`.
    let scale: Tensor
    let activation: Activation

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration) throws {
        let width = configuration.fuserWidth, inner = configuration.fuserIntermediateSize
        depthwiseConv = try DepthwiseConv2d(
            weights["depthwise_conv"], channels: width, kernel: configuration.fuserKernelSize,
            padding: configuration.fuserPadding)
        layerNorm = try LayerNorm(weights["layer_norm"], width: width, epsilon: 1e-6)
        pointwiseConv1 = try Linear(weights["pointwise_conv1"], inputs: width, outputs: inner)
        pointwiseConv2 = try Linear(weights["pointwise_conv2"], inputs: inner, outputs: width)
        scale = try weights["scale"].tensor([width])
        activation = configuration.fuserActivation
    }

    /// `[height, width, channels]` to the same shape.
    func callAsFunction(_ map: Tensor) -> Tensor {
        let mixed = pointwiseConv2(pointwiseConv1(layerNorm(depthwiseConv(map)), activation: activation))
        return map.adding(mixed, columnsScaledBy: scale)
    }
}
