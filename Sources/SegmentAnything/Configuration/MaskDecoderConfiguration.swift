import Tensors

/// `mask_decoder_config`. Defaults are the published values.
package struct MaskDecoderConfiguration: Sendable {
    package let hiddenSize: Int
    package let mlpDim: Int
    package let hiddenLayers: Int
    package let attentionHeads: Int
    package let attentionDownsampleRate: Int
    /// Number of masks for an ambiguous prompt, in addition to the single mask for an unambiguous one.
    package let multimaskOutputs: Int
    package let iouHeadDepth: Int
    package let iouHeadHiddenDim: Int
    /// True if an unstable single mask is replaced by the best of the others.
    package let dynamicMultimaskViaStability: Bool
    package let dynamicMultimaskStabilityDelta: Float
    package let dynamicMultimaskStabilityThreshold: Float

    init(_ file: ConfigurationFile) throws {
        hiddenSize = try file.integer("hidden_size", default: 256, in: 1...16384)
        mlpDim = try file.integer("mlp_dim", default: 2048, in: 1...262_144)
        hiddenLayers = try file.integer("num_hidden_layers", default: 2, in: 1...64)
        attentionHeads = try file.integer("num_attention_heads", default: 8, in: 1...1024)
        attentionDownsampleRate = try file.integer("attention_downsample_rate", default: 2, in: 1...1024)
        multimaskOutputs = try file.integer("num_multimask_outputs", default: 3, in: 1...64)
        iouHeadDepth = try file.integer("iou_head_depth", default: 3, in: 1...64)
        iouHeadHiddenDim = try file.integer("iou_head_hidden_dim", default: 256, in: 1...16384)
        dynamicMultimaskViaStability = try file.flag("dynamic_multimask_via_stability", default: true)
        dynamicMultimaskStabilityDelta = Float(
            try file.number("dynamic_multimask_stability_delta", default: 0.05, isPositive: false))
        dynamicMultimaskStabilityThreshold = Float(
            try file.number("dynamic_multimask_stability_thresh", default: 0.98, isPositive: false))
        guard hiddenSize % attentionDownsampleRate == 0,
            hiddenSize / attentionDownsampleRate % attentionHeads == 0, hiddenSize % attentionHeads == 0
        else {
            throw file.error(
                "num_attention_heads", found: "\(attentionHeads)",
                expected: "a divisor of \(hiddenSize) and of that divided by attention_downsample_rate \(attentionDownsampleRate)")
        }
    }
}
