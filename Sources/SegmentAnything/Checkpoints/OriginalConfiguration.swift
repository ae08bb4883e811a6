import Tensors

/// What an original checkpoint does not say of itself: the published files come without a configuration, so it is read off
/// the tensors' shapes; what shapes do not show (windows, global attention) is looked up among the published sizes.
/// Source: the authors' `sam2_hiera_{t,s,b+,l}.yaml` and `sam2.1_hiera_{t,s,b+,l}.yaml`.
enum OriginalConfiguration {
    private struct Size {
        let name: String
        let blocks: [Int]
        let width: Int
        let heads: Int
        let windows: [Int]
        let globalBlocks: [Int]
        let positions: Int
    }

    private static let published = [
        Size(name: "tiny", blocks: [1, 2, 7, 2], width: 96, heads: 1, windows: [8, 4, 14, 7], globalBlocks: [5, 7, 9], positions: 7),
        Size(name: "small", blocks: [1, 2, 11, 2], width: 96, heads: 1, windows: [8, 4, 14, 7], globalBlocks: [7, 10, 13], positions: 7),
        Size(name: "base-plus", blocks: [2, 3, 16, 3], width: 112, heads: 2, windows: [8, 4, 14, 7], globalBlocks: [12, 16, 20], positions: 14),
        Size(name: "large", blocks: [2, 6, 36, 4], width: 144, heads: 2, windows: [8, 4, 16, 8], globalBlocks: [23, 33, 43], positions: 7),
    ]

    /// The keys of a `config.json` in the hub's layout.
    /// - Parameter tensors: under the hub's names.
    /// - Throws: `CheckpointError` when the image encoder is none of the published.
    static func values(of tensors: [String: StoredTensor], path: String) throws -> [String: JSONValue] {
        let blocks = blockWidths(tensors)
        let size = published.first { size in
            blocks == zip(size.blocks.indices, size.blocks).flatMap { stage, count in
                Array(repeating: size.width << stage, count: count)
            }
        }
        guard let size else {
            throw CheckpointError(
                file: path, subject: "image_encoder.trunk", found: blocks.isEmpty ? "no blocks" : "blocks of widths \(blocks)",
                expected: "those of a published size (\(published.map(\.name).joined(separator: ", "))), or a config.json beside it")
        }
        let stages = size.blocks.indices
        let widths = stages.map { size.width << $0 }
        return [
            "model_type": .text("sam2_video"),
            "enable_occlusion_spatial_embedding": .flag(tensors["occlusion_spatial_embedding_parameter"] != nil),
            "enable_temporal_pos_encoding_for_object_pointers": .flag(
                tensors["temporal_positional_encoding_projection_layer.weight"] != nil),
            "vision_config": .object([
                "backbone_channel_list": numbers(widths.reversed()),
                "backbone_config": .object([
                    "hidden_size": .number(Double(size.width)), "blocks_per_stage": numbers(size.blocks),
                    "embed_dim_per_stage": numbers(widths), "num_attention_heads_per_stage": numbers(stages.map { size.heads << $0 }),
                    "window_size_per_stage": numbers(size.windows), "global_attention_blocks": numbers(size.globalBlocks),
                    "window_positional_embedding_background_size": numbers([size.positions, size.positions]),
                ]),
            ]),
        ]
    }

    private static func numbers(_ values: [Int]) -> JSONValue { .list(values.map { .number(Double($0)) }) }

    /// The width of each block of the trunk.
    private static func blockWidths(_ tensors: [String: StoredTensor]) -> [Int] {
        var result: [Int] = []
        while let weight = tensors["vision_encoder.backbone.blocks.\(result.count).attn.proj.weight"], let width = weight.shape.first {
            result.append(width)
        }
        return result
    }
}
