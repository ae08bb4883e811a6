import Foundation
import TestSupport
import Tensors
import Testing

import SegmentAnything

/// If these fail, a published SAM 2 checkpoint is refused, or run with other shapes than it was trained with.
struct ConfigurationTests {
    private func configuration(_ json: String) throws -> SegmentAnythingConfiguration {
        try withTemporaryDirectory { folder in
            try Data(json.utf8).write(to: folder.appending(path: "config.json"))
            return try SegmentAnythingConfiguration(directory: folder.path)
        }
    }

    /// Published files omit defaults, which are those of the smallest published model.
    @Test func missingKeysAreSAM21Tiny() throws {
        let tiny = try configuration(#"{"model_type": "sam2_video", "vision_config": {"backbone_config": null}, "nobody": [1, null]}"#)
        #expect(tiny.imageSize == 1024 && tiny.hiddenSize == 256)
        #expect(tiny.vision.mapSides == [256, 128, 64, 32] && tiny.vision.backbone.widthPerStage == [96, 192, 384, 768])
        #expect(tiny.vision.backbone.globalAttentionBlocks == [5, 7, 9])
        #expect(tiny.promptEncoder.embeddingSide == 64 && tiny.promptEncoder.maskInputSide == 256)
        let memory = try #require(tiny.memory)
        #expect(memory.maskMemories == 7 && memory.sigmoidBias == -10 && memory.maximumConditioningFrames == nil)
        #expect(memory.hasOcclusionSpatialEmbedding && memory.hasTemporalPositionsForPointers && memory.ropeTheta == 10_000)
    }

    @Test func readsLargeAndSAM2() throws {
        let large = try configuration(
            """
            {"model_type": "sam2_video", "image_size": [1024, 1024], "enable_occlusion_spatial_embedding": false,
             "enable_temporal_pos_encoding_for_object_pointers": false, "memory_attention_rope_theta": 5000,
             "vision_config": {"backbone_channel_list": [1152, 576, 288, 144],
              "backbone_feature_sizes": [[256, 256], [128, 128], [64, 64]],
              "backbone_config": {"hidden_size": 144, "blocks_per_stage": [2, 6, 36, 4], "patch_kernel_size": 7, "image_size": 1024,
               "embed_dim_per_stage": [144, 288, 576, 1152], "num_attention_heads_per_stage": [2, 4, 8, 16],
               "window_size_per_stage": [8, 4, 16, 8], "global_attention_blocks": [23, 33, 43]}}}
            """)
        #expect(large.vision.backbone.blocksPerStage == [2, 6, 36, 4] && large.vision.featureSides == [256, 128, 64])
        let memory = try #require(large.memory)
        #expect(!memory.hasOcclusionSpatialEmbedding && !memory.hasTemporalPositionsForPointers && memory.ropeTheta == 5000)
        #expect(try configuration(#"{"model_type": "sam2"}"#).memory == nil)
    }

    /// Invalid values are refused with the key's full name, rather than causing a trap later.
    @Test(arguments: [
        (#"{"model_type": "sam"}"#, "model_type: found \"sam\", expected"),
        (#"{"vision_config": 3}"#, "vision_config: found 3, expected an object"),
        (#"{"prompt_encoder_config": {"image_size": [512, 1024]}}"#, "prompt_encoder_config.image_size: found 512 and 1024"),
        (#"{"prompt_encoder_config": {"image_size": 512}}"#, "vision_config.backbone_feature_sizes"),
        (#"{"prompt_encoder_config": {"patch_size": 8}}"#, "prompt_encoder_config.patch_size: found 8"),
        (#"{"prompt_encoder_config": {"hidden_size": 128}}"#, "mask_decoder_config.hidden_size: found 256, expected 128"),
        (#"{"mask_decoder_config": {"num_attention_heads": 7}}"#, "mask_decoder_config.num_attention_heads: found 7"),
        (#"{"image_size": 512}"#, "config.json: image_size: found 512, expected 1024"),
        (#"{"vision_config": {"backbone_config": {"blocks_per_stage": [1, 2]}}}"#, "blocks_per_stage: found 2 stages"),
        (#"{"vision_config": {"backbone_config": {"num_attention_heads_per_stage": [1, 2, 5, 8]}}}"#, "found 5, expected a divisor of 384"),
        (#"{"vision_config": {"backbone_config": {"window_size_per_stage": [5, 4, 14, 7]}}}"#, "windows that still fit after pooling"),
        (#"{"vision_config": {"backbone_config": {"mlp_ratio": 1e300}}}"#, "mlp_ratio"),
        (#"{"vision_config": {"backbone_config": {"embed_dim_per_stage": [96, 192, 384]}}}"#, "found 3 numbers, expected 4"),
        (#"{"vision_config": {"fpn_stride": 2}}"#, "vision_config.fpn_stride: found 2, expected 1"),
        (#"{"vision_config": {"num_feature_levels": 4}}"#, "num_feature_levels"),
        (#"{"memory_attention_num_attention_heads": 3}"#, "memory_attention_num_attention_heads: found 3"),
        (#"{"num_maskmem": 0}"#, "num_maskmem: found 0"),
        (#"{"rope_parameters": {"rope_type": "yarn"}}"#, "rope_parameters.rope_type: found \"yarn\""),
    ])
    func refuses(json: String, says: String) throws {
        // If the input size differs, the sizes stated in the file are no longer valid.
        let json = json.replacing(
            #"{"image_size": 512}}"#, with: #"{"image_size": 512}, "vision_config": {"backbone_feature_sizes": [[256, 256]]}}"#)
        let error = #expect(throws: CheckpointError.self) { try configuration(json) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
}
