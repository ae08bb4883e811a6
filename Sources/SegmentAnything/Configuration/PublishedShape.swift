import Foundation
import Tensors

/// Shapes of the published SAM 2.1 models: for measuring time and memory without a checkpoint.
package enum PublishedShape: String, CaseIterable, Sendable {
    case tiny = "sam2.1-hiera-tiny"
    case small = "sam2.1-hiera-small"
    case basePlus = "sam2.1-hiera-base-plus"
    case large = "sam2.1-hiera-large"

    /// The part of `config.json` in which they differ; all the rest has the defaults.
    private var visionConfiguration: String {
        switch self {
        case .tiny: ""
        case .small:
            #""backbone_config": {"blocks_per_stage": [1, 2, 11, 2], "global_attention_blocks": [7, 10, 13]}"#
        case .basePlus:
            """
            "backbone_channel_list": [896, 448, 224, 112],
            "backbone_config": {
                "hidden_size": 112, "embed_dim_per_stage": [112, 224, 448, 896], "num_attention_heads_per_stage": [2, 4, 8, 16],
                "blocks_per_stage": [2, 3, 16, 3], "global_attention_blocks": [12, 16, 20],
                "window_positional_embedding_background_size": [14, 14]}
            """
        case .large:
            """
            "backbone_channel_list": [1152, 576, 288, 144],
            "backbone_config": {
                "hidden_size": 144, "embed_dim_per_stage": [144, 288, 576, 1152], "num_attention_heads_per_stage": [2, 4, 8, 16],
                "blocks_per_stage": [2, 6, 36, 4], "global_attention_blocks": [23, 33, 43],
                "window_size_per_stage": [8, 4, 16, 8]}
            """
        }
    }

    /// - Throws: `CheckpointError` for a key this program does not understand.
    package func configuration() throws -> SegmentAnythingConfiguration {
        let text = #"{"model_type": "sam2_video", "vision_config": {\#(visionConfiguration)}}"#
        return try SegmentAnythingConfiguration(ConfigurationFile(Data(text.utf8), path: rawValue + "/config.json"))
    }
}
