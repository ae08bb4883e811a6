import Tensors

/// A checkpoint with the authors' tensor names, accessed by transformers' names; those of the mask head are looked up under
/// `segmentation_head`. Errors name tensors as in the file. No other code knows both.
struct OriginalLayout: TensorSource {
    let checkpoint: Checkpoint

    var path: String { checkpoint.path }

    /// Prefixes, longer ones first.
    private static let beginnings: [(String, String)] = [
        ("backbone.backbone.", "backbone.0.encoder.encoder."),
        ("backbone.projector.layer_norm.", "backbone.0.projector.stages.0.1."),
        ("backbone.projector.projector_layer.", "backbone.0.projector.stages.0.0."),
        ("decoder.layernorm.", "transformer.decoder.norm."),
        ("decoder.", "transformer.decoder."),
        ("enc_out", "transformer.enc_out"),
        ("reference_point_embed.", "refpoint_embed."),
        ("segmentation_head.segmentation_bias", "segmentation_head.bias"),
        ("segmentation_head.query_features_block.norm.", "segmentation_head.query_features_block.norm_in."),
        ("segmentation_head.query_features_block.mlp.fc1.", "segmentation_head.query_features_block.layers.0."),
        ("segmentation_head.query_features_block.mlp.fc2.", "segmentation_head.query_features_block.layers.2."),
    ]

    /// Components after certain prefixes, replaced after these.
    private static let parts: [(beginning: String, names: [(String, String)])] = [
        ("backbone.0.encoder.encoder.", [
            (".attention.q_proj.", ".attention.attention.query."), (".attention.k_proj.", ".attention.attention.key."),
            (".attention.v_proj.", ".attention.attention.value."), (".attention.o_proj.", ".attention.output.dense."),
        ]),
        ("backbone.0.projector.", [
            (".bottlenecks.", ".m."), (".conv1.", ".cv1."), (".conv2.", ".cv2."), (".norm.", ".bn."),
        ]),
        ("transformer.decoder.layers.", [
            (".self_attn_layer_norm.", ".norm1."), (".cross_attn_layer_norm.", ".norm2."), (".layer_norm.", ".norm3."),
            (".mlp.fc1.", ".linear1."), (".mlp.fc2.", ".linear2."), (".self_attn.o_proj.", ".self_attn.out_proj."),
        ]),
        ("segmentation_head.blocks.", [
            (".layernorm.", ".norm."), (".depthwise_conv.", ".dwconv."), (".pointwise_conv.", ".pwconv1."),
        ]),
    ]

    /// A tensor's name in the file. Names of a decoder layer's query, key or value projection are returned unchanged, because
    /// the file stores the three fused.
    static func name(of name: String) -> String {
        var result = name
        if let (ours, theirs) = beginnings.first(where: { result.hasPrefix($0.0) }) {
            result = theirs + result.dropFirst(ours.count)
        }
        for (ours, theirs) in parts.first(where: { result.hasPrefix($0.beginning) })?.names ?? [] {
            if let range = result.firstRange(of: ours) { result.replaceSubrange(range, with: theirs) }
        }
        return result
    }

    /// The tensor with a decoder layer's fused projections, and which third of its rows; nil for other names.
    private static func third(_ name: String) -> (name: String, index: Int)? {
        guard name.hasPrefix("transformer.decoder.layers.") else { return nil }
        for (index, letter) in ["q", "k", "v"].enumerated() {
            for kind in ["weight", "bias"] where name.hasSuffix(".self_attn.\(letter)_proj.\(kind)") {
                return (name.dropLast("\(letter)_proj.\(kind)".count) + "in_proj_\(kind)", index)
            }
        }
        return nil
    }

    func contains(_ name: String) -> Bool {
        let name = Self.name(of: name)
        return checkpoint.contains(Self.third(name)?.name ?? name)
    }

    func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType) {
        let name = Self.name(of: name)
        guard let (whole, index) = Self.third(name), let rows = shape.first else {
            return try checkpoint.find(name, shape: shape)
        }
        let (bytes, dataType) = try checkpoint.find(whole, shape: [3 * rows] + shape.dropFirst())
        guard !dataType.isQuantized else {
            throw CheckpointError(
                file: path, subject: whole, found: dataType.rawValue, expected: "numbers of 16 or 32 bits")
        }
        let part = bytes.count / 3
        return (bytes.slice(index * part..<(index + 1) * part), dataType)
    }
}
