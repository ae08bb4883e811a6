/// Facts about a checkpoint directory, collected without using the model: every problem is listed, where loading throws the
/// first.
package struct CheckpointInspection: Encodable, Sendable {
    /// A named value of the configuration, in words.
    package struct Entry: Encodable, Sendable {
        package let name: String
        package let value: String
    }

    /// The tensors of one folder.
    package struct Part: Encodable, Sendable {
        /// The folder: "vision_tower", "context_provider", "mm_projector" or "llm".
        package let name: String
        package let files: Int
        package let tensors: Int
        package let parameters: Int
        package let bytes: Int
        /// Parameters by dtype, such as "F16".
        package let dataTypes: [String: Int]
    }

    /// The directory, as given.
    package let path: String
    /// Values that decide the computation, in order.
    package let configuration: [Entry]
    package let parts: [Part]
    /// Tensors that are missing, misshapen or left over, one line each.
    package let problems: [String]

    /// - Throws: `CheckpointError` if the configuration or a file cannot be read at all.
    package init(directory: String) throws {
        let files = try CheckpointFiles(directory: directory, policy: .collecting)
        _ = try DescribeAnythingModel(files)
        path = directory
        configuration = files.configuration.summary
        parts = files.parts.map { name, checkpoint in
            let sizes = checkpoint.sizes
            return Part(
                name: name, files: checkpoint.fileCount, tensors: checkpoint.tensorCount,
                parameters: sizes.values.reduce(0) { $0 + $1.parameters }, bytes: sizes.values.reduce(0) { $0 + $1.bytes },
                dataTypes: Dictionary(uniqueKeysWithValues: sizes.map { ($0.rawValue, $1.parameters) }))
        }
        problems = (files.parts.flatMap(\.checkpoint.problems) + files.leftOver(files.configuration)).map(\.description)
    }
}

extension DescribeAnythingConfiguration {
    /// Values that decide the computation, in words.
    fileprivate var summary: [CheckpointInspection.Entry] {
        let provider = contextProvider
        let options = [
            (provider.masksCrossAttention, "masked_cross_attn"), (provider.usesContextAsQueries, "context_image_as_queries"),
            (provider.treatsImageAsContextImage, "treat_image_as_cimage"), (provider.isGated, "zero_init_output"),
        ].filter(\.0).map(\.1).joined(separator: ", ")
        let values = [
            ("vision tower", "SigLIP, \(vision.hiddenLayers) layers (\(visionLayers) used) of \(vision.hiddenSize), "
                + "\(vision.attentionHeads) heads, MLP \(vision.intermediateSize)"),
            ("picture", "\(imageSize)x\(imageSize), patches of \(vision.patchSize), \(visionTokens) tokens a view"),
            ("context provider", "\(provider.hiddenLayers) layers; \(options)"),
            ("projector", projector.description),
            ("language model", "LLaMA, \(language.hiddenLayers) layers of \(language.hiddenSize), "
                + "\(language.attentionHeads) heads (\(language.keyValueHeads) key-value) of \(language.headSize), "
                + "MLP \(language.intermediateSize)"),
            ("vocabulary", "\(language.vocabularySize)\(language.tiesEmbeddings ? ", tied embeddings" : "")"),
            ("context", "\(language.contextLength) tokens, RoPE theta \(language.ropeTheta)"
                + (language.ropeFactor == 1 ? "" : ", positions divided by \(language.ropeFactor)")),
            ("frames", "\(videoFrames) a clip"),
        ]
        return values.map { CheckpointInspection.Entry(name: $0, value: $1) }
    }
}

extension ProjectorKind: CustomStringConvertible {
    /// Name in `mm_projector_type`.
    package var description: String {
        switch self {
        case .identity: "identity"
        case .linear: "linear"
        case .mlp(let depth): "mlp\(depth)x_gelu"
        case .mlpDownsample: "mlp_downsample"
        }
    }
}
