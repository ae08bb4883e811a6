import Tensors

extension CheckpointInspection {
    /// Collects facts about a DAM checkpoint directory.
    /// - Throws: `CheckpointError` if the configuration or a file cannot be read at all.
    package init(directory: String) throws {
        let files = try CheckpointFiles(directory: directory, policy: .collecting)
        _ = try DescribeAnythingModel(files)
        self.init(
            path: directory, configuration: files.configuration.summary, parts: files.parts,
            leftOver: files.leftOver(files.configuration))
    }
}

extension DescribeAnythingConfiguration {
    /// Configuration values that determine the computation, as text.
    fileprivate var summary: [CheckpointInspection.Entry] {
        let provider = contextProvider
        let options = [
            (provider.masksCrossAttention, "masked_cross_attn"), (provider.usesContextAsQueries, "context_image_as_queries"),
            (provider.treatsImageAsContextImage, "treat_image_as_cimage"), (provider.isGated, "zero_init_output"),
        ].filter(\.0).map(\.1).joined(separator: ", ")
        let values = [
            ("vision tower", "SigLIP, \(vision.hiddenLayers) layers (\(visionLayers) used) of \(vision.hiddenSize), "
                + "\(vision.attentionHeads) heads, MLP \(vision.intermediateSize)"),
            ("picture", "\(imageSize)x\(imageSize), patches of \(vision.patchSize), \(visionTokens) tokens per view"),
            ("context provider", "\(provider.hiddenLayers) layers; \(options)"),
            ("projector", projector.description),
            ("language model", "LLaMA, \(language.hiddenLayers) layers of \(language.hiddenSize), "
                + "\(language.attentionHeads) heads (\(language.keyValueHeads) key-value) of \(language.headSize), "
                + "MLP \(language.intermediateSize)"),
            ("vocabulary", "\(language.vocabularySize)\(language.tiesEmbeddings ? ", tied embeddings" : "")"),
            ("context", "\(language.contextLength) tokens, RoPE theta \(language.ropeTheta)"
                + (language.ropeFactor == 1 ? "" : ", positions divided by \(language.ropeFactor)")),
            ("frames", "\(videoFrames) per clip"),
        ]
        return values.map(CheckpointInspection.Entry.init)
    }
}

extension ProjectorKind: CustomStringConvertible {
    /// Value of `mm_projector_type`.
    package var description: String {
        switch self {
        case .identity: "identity"
        case .linear: "linear"
        case .mlp(let depth): "mlp\(depth)x_gelu"
        case .mlpDownsample: "mlp_downsample"
        }
    }
}
