import Tensors

/// Memory attention: conditions a frame's features on the memories of an object. Keys: `layers.N`, `layer_norm`. Source: SAM 2,
/// arXiv 2408.00714, "Memory attention".
package struct MemoryAttention: Sendable {
    let layers: [MemoryAttentionLayer]
    let layerNorm: LayerNorm
    let rotary: AxialRotaryEmbedding

    /// - Parameter side: rows (and columns) of the image embedding.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: MemoryConfiguration, side: Int) throws {
        layers = try (0..<configuration.attentionLayers).map {
            try MemoryAttentionLayer(weights["layers"][$0], configuration)
        }
        layerNorm = try LayerNorm(weights["layer_norm"], width: configuration.attentionHiddenSize, epsilon: 1e-5)
        rotary = AxialRotaryEmbedding(
            side: side, headSize: configuration.attentionHiddenSize / configuration.attentionDownsampleRate / configuration.attentionHeads,
            theta: configuration.ropeTheta)
    }

    /// The first layer's self-attention of a frame, which does not depend on an object, so all objects in the frame share it.
    /// - Parameters:
    ///   - features: the image embedding, `[side, side, hidden]`.
    ///   - positions: its position encoding, `[side, side, hidden]`.
    /// - Returns: `[side * side, hidden]`.
    package func selfAttended(_ features: Tensor, positions: Tensor) -> Tensor {
        let spatialTokens = features.adding(positions, scaledBy: 0.1).reshaped([features.rows, features.width])
        return layers.first?.attendingToItself(spatialTokens, rotary) ?? spatialTokens
    }

    /// - Parameter seen: result of `selfAttended` for the frame.
    /// - Returns: `[side * side, hidden]`.
    package func callAsFunction(_ seen: Tensor, _ memories: MemoryTokens) -> Tensor {
        var hidden = seen
        for (index, layer) in layers.enumerated() {
            if index > 0 { hidden = layer.attendingToItself(hidden, rotary) }
            hidden = layer.attendingToMemories(hidden, memories, rotary)
        }
        return layerNorm(hidden)
    }
}
