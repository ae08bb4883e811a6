import Tensors

/// `prompt_encoder_config`. Defaults are the published values.
package struct PromptEncoderConfiguration: Sendable {
    package let hiddenSize: Int
    /// Side of the model's input, to which prompts refer, in pixels.
    package let imageSize: Int
    /// Pixels of the input per position of the image embedding, in each direction.
    package let patchSize: Int
    package let maskInputChannels: Int
    package let pointEmbeddings: Int
    package let activation: Activation
    package let layerNormEps: Float

    /// Rows (and columns) of the dense embedding.
    package var embeddingSide: Int { imageSize / patchSize }

    /// Rows (and columns) of a mask prompt.
    package var maskInputSide: Int { 4 * imageSize / patchSize }

    init(_ file: ConfigurationFile) throws {
        hiddenSize = try file.integer("hidden_size", default: 256, in: 1...16384)
        imageSize = try file.side("image_size", default: 1024, in: 16...8192)
        patchSize = try file.side("patch_size", default: 16, in: 1...imageSize)
        maskInputChannels = try file.integer("mask_input_channels", default: 16, in: 4...4096)
        // Background, foreground and a box's two corners.
        pointEmbeddings = try file.integer("num_point_embeddings", default: 4, in: 4...1024)
        activation = try file.activation(default: .gelu, among: Activation.allCases)
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-6))
        guard hiddenSize % 8 == 0 else {
            throw file.error("hidden_size", found: "\(hiddenSize)", expected: "a multiple of 8")
        }
        guard maskInputChannels % 4 == 0 else {
            throw file.error("mask_input_channels", found: "\(maskInputChannels)", expected: "a multiple of 4")
        }
    }
}
