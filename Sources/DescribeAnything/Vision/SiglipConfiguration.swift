import Tensors

/// `vision_tower/config.json`. Defaults are those of SigLIP so400m/14 at 384, as in the published checkpoints.
package struct SiglipConfiguration: Sendable {
    package let hiddenSize: Int
    package let intermediateSize: Int
    package let hiddenLayers: Int
    package let attentionHeads: Int
    package let imageSize: Int
    package let patchSize: Int
    package let layerNormEps: Float
    package let activation: Activation

    init(_ file: ConfigurationFile) throws {
        hiddenSize = try file.integer("hidden_size", default: 1152, in: 1...65536)
        intermediateSize = try file.integer("intermediate_size", default: 4304, in: 1...262_144)
        hiddenLayers = try file.integer("num_hidden_layers", default: 27, in: 1...1024)
        attentionHeads = try file.heads("num_attention_heads", dividing: hiddenSize)
        patchSize = try file.integer("patch_size", default: 14, in: 1...1024)
        imageSize = try file.integer("image_size", default: 384, in: patchSize...8192)
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-6))
        activation = try file.activation(default: .geluTanh, among: [.geluTanh, .gelu])
        for (key, expected) in [("num_channels", 3), ("num_mask_channels", 1)] {
            let channels = try file.integer(key, default: expected, in: 0...1024)
            guard channels == expected else { throw file.error(key, found: "\(channels)", expected: "\(expected)") }
        }
    }
}
