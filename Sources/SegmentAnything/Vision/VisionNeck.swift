import Tensors

/// The feature pyramid: each stage's map projected to one width, with the upsampled coarser map added where configured. Source:
/// arXiv 1612.03144; `vision_encoder.neck`.
struct VisionNeck: Sendable {
    /// In order of stages from the last.
    let convs: [Conv2d]
    let topDownLevels: Set<Int>

    init(_ weights: Weights, _ configuration: VisionConfiguration) throws {
        convs = try configuration.backbone.widthPerStage.reversed().enumerated().map { index, width in
            try Conv2d(
                weights["convs"][index], inputs: width, outputs: configuration.fpnHiddenSize,
                kernel: configuration.fpnKernelSize, padding: (configuration.fpnKernelSize - 1) / 2)
        }
        topDownLevels = configuration.fpnTopDownLevels
    }

    /// - Parameter stages: the trunk's maps, finest first.
    /// - Returns: the maps in use, finest first, `[side, side, hidden]`.
    func callAsFunction(_ stages: [Tensor]) -> [Tensor] {
        var maps: [Tensor] = []
        for (stage, conv) in zip(stages.indices.reversed(), convs) {
            let lateral = conv(stages[stage])
            maps.append(topDownLevels.contains(stage) ? maps.last?.repeatedTwice(adding: lateral) ?? lateral : lateral)
        }
        return maps.suffix(VisionConfiguration.featureLevels).reversed()
    }
}
