import Tensors

/// The configuration of an original checkpoint: the published files come without a configuration, so it is read off
/// the tensors' shapes; what shapes do not show (windows, global attention) is looked up among the published sizes.
enum OriginalConfiguration {
    /// The keys of a `config.json` in the hub's layout.
    /// - Parameter tensors: under the hub's names.
    /// - Throws: `CheckpointError` when the image encoder is none of the published.
    static func values(of tensors: [String: StoredTensor], path: String) throws -> [String: JSONValue] {
        let blocks = blockWidths(tensors)
        let size = PublishedSize.allCases.first { size in
            blocks == zip(size.widths, size.blocks).flatMap { Array(repeating: $0, count: $1) }
        }
        guard let size else {
            throw CheckpointError(
                file: path, subject: "image_encoder.trunk", found: blocks.isEmpty ? "no blocks" : "blocks of widths \(blocks)",
                expected: "those of a published size (\(PublishedSize.allCases.map(\.rawValue).joined(separator: ", "))), or a config.json beside it")
        }
        return size.values.merging([
            "enable_occlusion_spatial_embedding": .flag(tensors["occlusion_spatial_embedding_parameter"] != nil),
            "enable_temporal_pos_encoding_for_object_pointers": .flag(
                tensors["temporal_positional_encoding_projection_layer.weight"] != nil),
        ]) { $1 }
    }

    /// The width of each block of the trunk.
    private static func blockWidths(_ tensors: [String: StoredTensor]) -> [Int] {
        var result: [Int] = []
        while let weight = tensors["vision_encoder.backbone.blocks.\(result.count).attn.proj.weight"], let width = weight.shape.first {
            result.append(width)
        }
        return result
    }
}
