import Tensors

/// SigLIP's vision transformer with DAM's mask channel, up to the hidden state that DAM selects. Later parts (the last layer,
/// post_layernorm, the pooling head) are neither loaded nor computed. Source: SigLIP, arXiv 2303.15343; the mask channel: DAM,
/// arXiv 2504.16072, section 4.2.
struct SiglipVisionModel: Sendable {
    let embeddings: SiglipVisionEmbeddings
    let layers: [SiglipEncoderLayer]
    /// True if token 0 is dropped from the result.
    let dropsFirstToken: Bool

    /// - Parameter weights: the scope `vision_model`.
    init(_ weights: Weights, _ configuration: DescribeAnythingConfiguration) throws {
        embeddings = try SiglipVisionEmbeddings(
            weights["embeddings"], configuration.vision, gridSide: configuration.gridSide)
        layers = try (0..<configuration.visionLayers).map {
            try SiglipEncoderLayer(weights["encoder"]["layers"][$0], configuration.vision)
        }
        dropsFirstToken = configuration.dropsFirstToken
    }

    /// - Parameters:
    ///   - pixels: `[4, side, side]`: red, green, blue, mask.
    ///   - afterLayer: maps the hidden state `[tokens, width]` after each encoder layer; used by the context provider.
    /// - Returns: the selected hidden state, `[tokens, width]`.
    func callAsFunction(_ pixels: Tensor, afterLayer: (Int, Tensor) -> Tensor = { $1 }) -> Tensor {
        var hidden = embeddings(pixels)
        for (index, layer) in layers.enumerated() {
            hidden = afterLayer(index, layer(hidden))
        }
        return dropsFirstToken ? hidden.rows(1..<hidden.rows) : hidden
    }

    /// True for tensors of the published files that no caption depends on.
    static func isDead(_ name: String, _ configuration: DescribeAnythingConfiguration) -> Bool {
        name.hasPrefix("vision_model.post_layernorm.") || name.hasPrefix("vision_model.head.")
            || name == "vision_model.embeddings.position_ids"
            || isLayer(name, of: "vision_model.encoder.layers.",
                       in: configuration.visionLayers..<configuration.vision.hiddenLayers)
    }
}

/// True if `name` is `prefix` followed by a layer number in `range` and a tensor name of such a layer.
func isLayer(_ name: String, of prefix: String, in range: Range<Int>) -> Bool {
    guard name.hasPrefix(prefix), let number = name.dropFirst(prefix.count).split(separator: ".").first else { return false }
    return Int(number).map(range.contains) ?? false
}

/// Sum of the image's patch embeddings, the mask's patch embeddings and the position embeddings: `vision_model.embeddings`.
struct SiglipVisionEmbeddings: Sendable {
    let patchEmbedding: PatchEmbedding
    let maskPatchEmbedding: PatchEmbedding
    /// `[tokens, width]`.
    let positionEmbedding: Tensor

    init(_ weights: Weights, _ configuration: SiglipConfiguration, gridSide: Int) throws {
        let width = configuration.hiddenSize, patch = configuration.patchSize
        patchEmbedding = try PatchEmbedding(weights["patch_embedding"], channels: 3, patchSize: patch, width: width)
        maskPatchEmbedding = try PatchEmbedding(
            weights["mask_patch_embedding"], channels: 1, patchSize: patch, width: width)
        let stored = configuration.imageSize / patch
        let positions = try weights["position_embedding"]["weight"].tensor([stored * stored, width])
        positionEmbedding =
            gridSide == stored ? positions : resampledPositions(positions, tokens: gridSide * gridSide)
    }

    /// `[4, side, side] -> [tokens, width]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let side = pixels.shape[2], plane = side * side
        let flat = pixels.reshaped([4, plane])
        let image = patchEmbedding(flat.rows(0..<3).reshaped([3, side, side]))
        let mask = maskPatchEmbedding(flat.rows(3..<4).reshaped([1, side, side]))
        return image + mask + positionEmbedding
    }
}

/// Resamples position embeddings `[stored tokens, width]` to `[tokens, width]`, linearly over the flattened token index.
///
/// The published code weights the two neighbours of a position p by `p - floor p` and `ceil p - p`, which are both 0 if p is an
/// integer, so those tokens (always the first and the last) get no position at all. Models were trained with this, so the
/// arithmetic is reproduced, in single precision. Source: VILA, `vision_encoder.py`, `_maybe_resize_pos_embeds`.
func resampledPositions(_ positions: Tensor, tokens: Int) -> Tensor {
    let width = positions.width, last = positions.rows - 1
    let input = positions.array
    return Tensor([tokens, width]) { output in
        for token in 0..<tokens {
            let position = Float(token) / Float(tokens - 1) * Float(last)
            let low = min(last, Int(position.rounded(.down))), high = min(last, Int(position.rounded(.up)))
            let highWeight = position - Float(low), lowWeight = Float(high) - position
            for column in 0..<width {
                output[token * width + column] =
                    highWeight * input[high * width + column] + lowWeight * input[low * width + column]
            }
        }
    }
}
