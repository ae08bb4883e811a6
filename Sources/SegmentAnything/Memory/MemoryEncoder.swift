import Tensors

/// Encodes a frame's memory of an object from the image features and the object's mask. Keys: `mask_downsampler`,
/// `feature_projection`, `memory_fuser.layers.N`, `projection`. Source: SAM 2, arXiv 2408.00714, "Memory encoder".
package struct MemoryEncoder: Sendable {
    let maskDownsampler: MaskDownSampler
    let featureProjection: Conv2d
    let memoryFuser: [MemoryFuserBlock]
    let projection: Conv2d

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration) throws {
        let width = configuration.encoderHiddenSize
        maskDownsampler = try MaskDownSampler(weights["mask_downsampler"], configuration)
        featureProjection = try Conv2d(weights["feature_projection"], inputs: width, outputs: width)
        memoryFuser = try (0..<configuration.fuserLayers).map {
            try MemoryFuserBlock(weights["memory_fuser"]["layers"][$0], configuration)
        }
        projection = try Conv2d(weights["projection"], inputs: width, outputs: configuration.encoderOutputChannels)
    }

    /// - Parameters:
    ///   - features: the image embedding, `[side, side, hidden]`.
    ///   - mask: scaled mask probability of each input pixel, `[1, image side, image side]`.
    /// - Returns: `[side * side, memory width]`.
    package func callAsFunction(features: Tensor, mask: Tensor) -> Tensor {
        let map = mask.reshaped([mask.shape[1], mask.shape[2], 1])
        let fused = memoryFuser.reduce(featureProjection(features) + maskDownsampler(map)) { map, block in block(map) }
        let memory = projection(fused)
        return memory.reshaped([memory.rows, memory.width])
    }
}
