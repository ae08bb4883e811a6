import Tensors

/// Mapping from the original authors' tensor names (`sam2_hiera_*.pt`, `sam2.1_hiera_*.pt`) to those of the hub's layout. No
/// other code knows both.
enum OriginalNames {
    /// Complete names. The projection matrix of point embeddings occurs twice in the hub's layout.
    private static let whole: [String: [String]] = [
        "no_mem_embed": ["no_memory_embedding"],
        "no_mem_pos_enc": ["no_memory_positional_encoding"],
        "maskmem_tpos_enc": ["memory_temporal_positional_encoding"],
        "no_obj_ptr": ["no_object_pointer"],
        "no_obj_embed_spatial": ["occlusion_spatial_embedding_parameter"],
        "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix": [
            "shared_image_embedding.positional_embedding", "prompt_encoder.shared_embedding.positional_embedding",
        ],
    ]

    /// Prefixes, longer ones first.
    private static let beginnings: [(String, String)] = [
        ("image_encoder.trunk.patch_embed.proj.", "vision_encoder.backbone.patch_embed.projection."),
        ("image_encoder.trunk.", "vision_encoder.backbone."),
        ("image_encoder.neck.", "vision_encoder.neck."),
        ("sam_prompt_encoder.mask_downscaling.0.", "prompt_encoder.mask_embed.conv1."),
        ("sam_prompt_encoder.mask_downscaling.1.", "prompt_encoder.mask_embed.layer_norm1."),
        ("sam_prompt_encoder.mask_downscaling.3.", "prompt_encoder.mask_embed.conv2."),
        ("sam_prompt_encoder.mask_downscaling.4.", "prompt_encoder.mask_embed.layer_norm2."),
        ("sam_prompt_encoder.mask_downscaling.6.", "prompt_encoder.mask_embed.conv3."),
        ("sam_prompt_encoder.", "prompt_encoder."),
        ("sam_mask_decoder.output_upscaling.0.", "mask_decoder.upscale_conv1."),
        ("sam_mask_decoder.output_upscaling.1.", "mask_decoder.upscale_layer_norm."),
        ("sam_mask_decoder.output_upscaling.3.", "mask_decoder.upscale_conv2."),
        ("sam_mask_decoder.", "mask_decoder."),
        ("obj_ptr_proj.", "object_pointer_proj."),
        ("obj_ptr_tpos_proj.", "temporal_positional_encoding_projection_layer."),
        ("memory_encoder.pix_feat_proj.", "memory_encoder.feature_projection."),
        ("memory_encoder.out_proj.", "memory_encoder.projection."),
        ("memory_encoder.fuser.", "memory_encoder.memory_fuser."),
        ("memory_attention.norm.", "memory_attention.layer_norm."),
    ]

    /// Dot-separated components, replaced after the prefix.
    private static let parts: [String: String] = [
        "out_proj": "o_proj", "norm": "layer_norm", "norm1": "layer_norm1", "norm2": "layer_norm2", "norm3": "layer_norm3",
        "norm4": "layer_norm4", "norm_final_attn": "layer_norm_final_attn", "dwconv": "depthwise_conv",
        "pwconv1": "pointwise_conv1", "pwconv2": "pointwise_conv2", "gamma": "scale",
    ]

    /// Modules that are sequences of linear layers; the hub's layout has special names for the first and the last layer.
    private static let feedForwards: Set<String> = ["mlp", "iou_prediction_head", "pred_obj_score_head", "obj_ptr_proj"]

    private static let pointEmbeddings = "sam_prompt_encoder.point_embeddings."
    private static let downsampler = "memory_encoder.mask_downsampler.encoder."

    /// The tensors under the hub's names. A tensor without a counterpart keeps its name, so that loading reports it as unused.
    static func renamed(_ tensors: [String: StoredTensor]) -> [String: StoredTensor] {
        var result: [String: StoredTensor] = [:]
        let layers = layerCounts(tensors.keys)
        for (name, tensor) in tensors where !name.hasPrefix(pointEmbeddings) {
            for newName in whole[name] ?? [renamed(name, layers)] { result[newName] = tensor }
        }
        let points = tensors.filter { $0.key.hasPrefix(pointEmbeddings) }
        let rows = (0..<points.count).compactMap { points["\(pointEmbeddings)\($0).weight"] }
        if rows.count == points.count, let table = StoredTensor.stackingRows(rows) {
            result["prompt_encoder.point_embed.weight"] = table
        } else {
            result.merge(points) { first, _ in first }
        }
        return result
    }

    /// The highest layer number of each module with numbered layers.
    private static func layerCounts(_ names: some Collection<String>) -> [String: Int] {
        var result: [String: Int] = [:]
        for name in names {
            let parts = name.split(separator: ".").map(String.init)
            guard parts.count > 2, let number = Int(parts[parts.count - 2]) else { continue }
            let module = parts.dropLast(2).joined(separator: ".")
            result[module] = max(number, result[module] ?? 0)
        }
        return result
    }

    private static func renamed(_ name: String, _ layers: [String: Int]) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if name.hasPrefix(downsampler), parts.count == 5, let number = Int(parts[3]) {
            // Convolution, norm, activation, and so on; the last convolution has no norm or activation.
            let isLast = number == layers["memory_encoder.mask_downsampler.encoder"]
            let place = isLast ? "final_conv" : "layers.\(number / 3).\(number % 3 == 0 ? "conv" : "layer_norm")"
            return "memory_encoder.mask_downsampler.\(place).\(parts[4])"
        }
        if parts.count > 3, parts[parts.count - 3] == "layers", let number = Int(parts[parts.count - 2]),
            isFeedForward(parts.dropLast(3)) {
            let isLast = number == layers[parts.dropLast(2).joined(separator: ".")]
            parts.replaceSubrange(
                parts.count - 3..<parts.count - 1,
                with: number == 0 ? ["proj_in"] : isLast ? ["proj_out"] : ["layers", "\(number - 1)"])
        }
        if name.hasPrefix("image_encoder.neck.convs."), parts.count == 6, parts[4] == "conv" { parts.remove(at: 4) }
        var result = parts.joined(separator: ".")
        if let (old, new) = beginnings.first(where: { result.hasPrefix($0.0) }) {
            result = new + result.dropFirst(old.count)
        }
        return result.split(separator: ".", omittingEmptySubsequences: false)
            .map { Self.parts[String($0)] ?? String($0) }.joined(separator: ".")
    }

    private static func isFeedForward(_ module: ArraySlice<String>) -> Bool {
        guard let last = module.last else { return false }
        return feedForwards.contains(last) || module.dropLast().last == "output_hypernetworks_mlps"
    }
}
