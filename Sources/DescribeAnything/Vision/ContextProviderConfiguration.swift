import Tensors

/// `context_provider/config.json`.
package struct ContextProviderConfiguration: Sendable {
    package let hiddenSize: Int
    package let intermediateSize: Int
    package let hiddenLayers: Int
    package let attentionHeads: Int
    package let layerNormEps: Float
    package let activation: Activation
    /// True if layers have learned gates (`zero_init_output`).
    package let isGated: Bool
    /// True if only patches of the full view that the mask touches are keys.
    package let masksCrossAttention: Bool
    /// True if the views swap roles: the full view supplies the queries, the crop the keys and values.
    package let usesContextAsQueries: Bool
    /// If false, a frame whose two views are equal skips the provider.
    package let treatsImageAsContextImage: Bool

    init(_ file: ConfigurationFile) throws {
        try file.require("context_provider_type", default: "cross_attn_end_to_all", among: ["cross_attn_end_to_all"])
        if let indices = file.present("context_provider_layer_indices") {
            throw file.error("context_provider_layer_indices", found: "\(indices)", expected: "null: a layer for each vision layer")
        }
        hiddenSize = try file.integer("hidden_size", default: 1152, in: 1...65536)
        intermediateSize = try file.integer("intermediate_size", default: 4304, in: 1...262_144)
        hiddenLayers = try file.integer("num_hidden_layers", default: 27, in: 1...1024)
        attentionHeads = try file.heads("num_attention_heads", dividing: hiddenSize)
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-6))
        activation = try file.activation(default: .geluTanh, among: [.geluTanh, .gelu])
        isGated = try file.flag("zero_init_output", default: true)
        masksCrossAttention = try file.flag("masked_cross_attn", default: false)
        usesContextAsQueries = try file.flag("context_image_as_queries", default: false)
        treatsImageAsContextImage = try file.flag("treat_image_as_cimage", default: false)
        guard !(masksCrossAttention && usesContextAsQueries) else {
            throw file.error("masked_cross_attn", found: "true with context_image_as_queries", expected: "one of the two")
        }
    }
}
