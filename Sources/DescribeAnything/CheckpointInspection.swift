/// A checkpoint looked at without using it: every problem is collected instead of the first being thrown.
package struct CheckpointInspection {
    package struct Part {
        package let name: String
        package let files: Int
        package let tensors: Int
        /// By dtype, in the order of their names.
        package let sizes: [(dataType: String, parameters: Int, bytes: Int)]
    }

    package let configuration: DescribeAnythingConfiguration
    package let parts: [Part]
    /// One line each.
    package let problems: [String]

    /// - Throws: `CheckpointError` when the configuration or a file cannot be read at all.
    package init(directory: String) throws {
        let files = try CheckpointFiles(directory: directory, policy: .collecting)
        configuration = files.configuration
        _ = try DescribeAnythingModel(files)
        problems = (files.parts.flatMap(\.checkpoint.problems) + files.leftOver(files.configuration)).map(\.description)
        parts = files.parts.map { part in
            let sizes = part.checkpoint.sizes.sorted { $0.key.rawValue < $1.key.rawValue }
            return Part(
                name: part.name, files: part.checkpoint.fileCount, tensors: part.checkpoint.tensorCount,
                sizes: sizes.map { ($0.key.rawValue, $0.value.parameters, $0.value.bytes) })
        }
    }
}

extension DescribeAnythingConfiguration {
    /// What decides the computation, in words.
    package var summary: [(name: String, value: String)] {
        let provider = contextProvider
        let options = [
            (provider.masksCrossAttention, "masked_cross_attn"), (provider.usesContextAsQueries, "context_image_as_queries"),
            (provider.treatsImageAsContextImage, "treat_image_as_cimage"), (provider.isGated, "zero_init_output"),
        ].filter(\.0).map(\.1).joined(separator: ", ")
        return [
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
    }
}

extension ProjectorKind: CustomStringConvertible {
    /// As `mm_projector_type` names it.
    package var description: String {
        switch self {
        case .identity: "identity"
        case .linear: "linear"
        case .mlp(let depth): "mlp\(depth)x_gelu"
        case .mlpDownsample: "mlp_downsample"
        }
    }
}
