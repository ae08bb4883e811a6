import Tensors

/// Configuration of video tracking: the keys of `config.json` that image segmentation does not read. Defaults are those of SAM
/// 2.1.
package struct MemoryConfiguration: Sendable {
    /// Upper bound on the frames whose memories attention reads, apart from the conditioning frames; the current frame counts as
    /// one.
    package let maskMemories: Int
    package let sigmoidScale: Float
    package let sigmoidBias: Float
    /// True if memories of frames without the object have a special embedding added (SAM 2.1).
    package let hasOcclusionSpatialEmbedding: Bool
    /// True if object pointers encode the distance to their frame (SAM 2.1).
    package let hasTemporalPositionsForPointers: Bool
    package let multimaskOutputInSAM: Bool
    package let multimaskMinimumPoints: Int
    package let multimaskMaximumPoints: Int
    package let multimaskOutputForTracking: Bool
    package let maximumObjectPointers: Int
    /// Upper bound on the conditioning frames that attention reads; nil for no limit.
    package let maximumConditioningFrames: Int?

    package let attentionHiddenSize: Int
    package let attentionLayers: Int
    package let attentionHeads: Int
    package let attentionDownsampleRate: Int
    package let attentionFeedForwardSize: Int
    package let attentionActivation: Activation
    package let ropeFeatureSizes: [Int]
    package let ropeTheta: Double

    package let encoderHiddenSize: Int
    /// Width of a memory.
    package let encoderOutputChannels: Int
    package let maskDownsamplerWidth: Int
    package let maskDownsamplerKernelSize: Int
    package let maskDownsamplerStride: Int
    package let maskDownsamplerPadding: Int
    package let maskDownsamplerTotalStride: Int
    package let maskDownsamplerActivation: Activation
    package let fuserLayers: Int
    package let fuserWidth: Int
    package let fuserIntermediateSize: Int
    package let fuserKernelSize: Int
    package let fuserPadding: Int
    package let fuserActivation: Activation

    /// - Parameter file: the root `config.json`.
    init(_ file: ConfigurationFile) throws {
        func width(_ key: String, _ fallback: Int) throws -> Int { try file.integer(key, default: fallback, in: 1...16384) }
        func small(_ key: String, _ fallback: Int, from least: Int = 1, to most: Int = 1024) throws -> Int {
            try file.integer(key, default: fallback, in: least...most)
        }
        maskMemories = try small("num_maskmem", 7)
        sigmoidScale = Float(try file.number("sigmoid_scale_for_mem_enc", default: 20, isPositive: false))
        sigmoidBias = Float(try file.number("sigmoid_bias_for_mem_enc", default: -10, isPositive: false))
        hasOcclusionSpatialEmbedding = try file.flag("enable_occlusion_spatial_embedding", default: true)
        hasTemporalPositionsForPointers = try file.flag(
            "enable_temporal_pos_encoding_for_object_pointers", default: true)
        multimaskOutputInSAM = try file.flag("multimask_output_in_sam", default: true)
        multimaskMinimumPoints = try small("multimask_min_pt_num", 0, from: 0)
        multimaskMaximumPoints = try small("multimask_max_pt_num", 1, from: 0)
        multimaskOutputForTracking = try file.flag("multimask_output_for_tracking", default: true)
        maximumObjectPointers = try small("max_object_pointers_in_encoder", 16)
        let conditioning = try small("max_cond_frame_num", -1, from: -1)
        maximumConditioningFrames = conditioning < 0 ? nil : conditioning

        attentionHiddenSize = try width("memory_attention_hidden_size", 256)
        attentionLayers = try small("memory_attention_num_layers", 4)
        attentionHeads = try small("memory_attention_num_attention_heads", 1)
        attentionDownsampleRate = try small("memory_attention_downsample_rate", 1)
        attentionFeedForwardSize = try file.integer(
            "memory_attention_feed_forward_hidden_size", default: 2048, in: 1...262_144)
        attentionActivation = try file.activation(
            "memory_attention_feed_forward_hidden_act", default: .relu, among: Activation.allCases)
        ropeFeatureSizes = try file.integers("memory_attention_rope_feat_sizes", default: [64, 64], in: 1...1024, count: 2)
        // Checkpoints saved before transformers 5 use a separate key.
        let ropeFile = try file.object("rope_parameters")
        let older = try file.number("memory_attention_rope_theta", default: 10_000)
        ropeTheta = try ropeFile.number("rope_theta", default: older)
        try ropeFile.require("rope_type", default: "axial", among: ["axial", "default"])

        encoderHiddenSize = try width("memory_encoder_hidden_size", 256)
        encoderOutputChannels = try width("memory_encoder_output_channels", 64)
        maskDownsamplerWidth = try width("mask_downsampler_embed_dim", 256)
        maskDownsamplerKernelSize = try small("mask_downsampler_kernel_size", 3, to: 31)
        maskDownsamplerStride = try small("mask_downsampler_stride", 2, to: 16)
        maskDownsamplerPadding = try small("mask_downsampler_padding", 1, from: 0)
        maskDownsamplerTotalStride = try small("mask_downsampler_total_stride", 16)
        maskDownsamplerActivation = try file.activation(
            "mask_downsampler_hidden_act", default: .gelu, among: Activation.allCases)
        fuserLayers = try small("memory_fuser_num_layers", 2)
        fuserWidth = try width("memory_fuser_embed_dim", 256)
        fuserIntermediateSize = try file.integer("memory_fuser_intermediate_dim", default: 1024, in: 1...262_144)
        fuserKernelSize = try small("memory_fuser_kernel_size", 7, to: 31)
        fuserPadding = try small("memory_fuser_padding", 3, from: 0)
        fuserActivation = try file.activation("memory_fuser_hidden_act", default: .gelu, among: Activation.allCases)
        try check(file)
    }

    private func check(_ file: ConfigurationFile) throws {
        let inner = attentionHiddenSize / attentionDownsampleRate
        // Each rotation needs a pair of components; half of the pairs encode the row, half the column.
        guard attentionHiddenSize % attentionDownsampleRate == 0, inner % (4 * attentionHeads) == 0 else {
            throw file.error(
                "memory_attention_num_attention_heads", found: "\(attentionHeads)",
                expected: "heads of a multiple of 4 within \(inner)")
        }
        for (key, width) in [("mask_downsampler_embed_dim", maskDownsamplerWidth), ("memory_fuser_embed_dim", fuserWidth)]
        where width != encoderHiddenSize {
            throw file.error(key, found: "\(width)", expected: "\(encoderHiddenSize), as memory_encoder_hidden_size")
        }
        guard fuserKernelSize == 2 * fuserPadding + 1 else {
            throw file.error("memory_fuser_padding", found: "\(fuserPadding)", expected: "half of the kernel of \(fuserKernelSize)")
        }
        guard encoderOutputChannels % 4 == 0 else {
            throw file.error("memory_encoder_output_channels", found: "\(encoderOutputChannels)", expected: "a multiple of 4")
        }
        guard maskDownsamplerStride > 1 || maskDownsamplerTotalStride == 1 else {
            throw file.error("mask_downsampler_stride", found: "1", expected: "2 or more")
        }
    }
}

extension MemoryConfiguration {
    /// True if several masks are predicted and the best one is used.
    /// - Parameter isInitial: true if the frame has not been tracked yet.
    func usesMultimask(points: Int, isInitial: Bool) -> Bool {
        multimaskOutputInSAM && (isInitial || multimaskOutputForTracking)
            && multimaskMinimumPoints <= points && points <= multimaskMaximumPoints
    }
}
