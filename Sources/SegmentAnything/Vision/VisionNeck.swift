import Tensors

/// The feature pyramid: each stage's map at one width, with the coarser map, enlarged, added where the configuration
/// says so. Source: arXiv 1612.03144; `vision_encoder.neck`.
struct VisionNeck: Sendable {
    /// The last stage's first.
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

    /// - Parameter stages: the trunk's maps, the largest first.
    /// - Returns: the maps that are used, the largest first, `[side, side, hidden]`.
    func callAsFunction(_ stages: [Tensor]) -> [Tensor] {
        var maps: [Tensor] = []
        for (stage, conv) in zip(stages.indices.reversed(), convs) {
            let lateral = conv(stages[stage])
            maps.append(topDownLevels.contains(stage) ? maps.last?.repeatedTwice(adding: lateral) ?? lateral : lateral)
        }
        return maps.suffix(VisionConfiguration.featureLevels).reversed()
    }
}
