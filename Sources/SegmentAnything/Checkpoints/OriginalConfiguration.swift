import Tensors

/// The configuration of an original checkpoint. The published files have none, so it is derived from the tensors' shapes;
/// settings that leave no trace in shapes (windows, global attention) are looked up among the published sizes.
enum OriginalConfiguration {
    /// Keys and values of a `config.json` in the hub's layout.
    /// - Parameter tensors: the tensors, under the hub's names.
    /// - Throws: `CheckpointError` if the image encoder has no published size.
    static func values(of tensors: [String: StoredTensor], path: String) throws -> [String: JSONValue] {
        let blocks = blockWidths(tensors)
        let size = PublishedSize.allCases.first { size in
            blocks == zip(size.widths, size.blocks).flatMap { Array(repeating: $0, count: $1) }
        }
        guard let size else {
            throw CheckpointError(
                file: path, subject: "image_encoder.trunk", found: blocks.isEmpty ? "no blocks" : "blocks of widths \(blocks)",
                expected: "those of a published size (\(PublishedSize.allCases.map(\.rawValue).joined(separator: ", "))), "
                    + "or a config.json beside it")
        }
        return size.values.merging([
            "enable_occlusion_spatial_embedding": .flag(tensors["occlusion_spatial_embedding_parameter"] != nil),
            "enable_temporal_pos_encoding_for_object_pointers": .flag(
                tensors["temporal_positional_encoding_projection_layer.weight"] != nil),
        ]) { $1 }
    }

    /// Widths of the trunk's blocks.
    private static func blockWidths(_ tensors: [String: StoredTensor]) -> [Int] {
        var result: [Int] = []
        while let weight = tensors["vision_encoder.backbone.blocks.\(result.count).attn.proj.weight"], let width = weight.shape.first {
            result.append(width)
        }
        return result
    }
}
