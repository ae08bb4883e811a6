import Tensors

/// DAM's context provider: after each layer, the crop's features attend to those of the full view. Source: DAM, arXiv
/// 2504.16072, section 4.2 ("localized vision backbone"); type `cross_attn_end_to_all`.
struct ContextProvider: Sendable {
    var layers: [ContextProviderLayer]
    let configuration: ContextProviderConfiguration
    let patchSize: Int
    let dropsFirstToken: Bool

    /// - Parameter weights: the scope `context_provider_module`.
    init(_ weights: Weights, _ configuration: DescribeAnythingConfiguration) throws {
        layers = try (0..<configuration.visionLayers).map {
            try ContextProviderLayer(weights["layers"][$0], configuration.contextProvider)
        }
        self.configuration = configuration.contextProvider
        patchSize = configuration.vision.patchSize
        dropsFirstToken = configuration.dropsFirstToken
    }

    /// - Parameter pixels: `[8, side, side]`: the full view's four channels, then the crop's.
    /// - Returns: features `[tokens, width]` of the context view, which is the full view unless the views swap roles.
    func contextFeatures(_ pixels: Tensor, _ visionTower: SiglipVisionModel) -> Tensor {
        visionTower(configuration.usesContextAsQueries ? pixels.crop : pixels.full)
    }

    /// - Returns: features `[tokens, width]` of the other view, after cross-attention to `context`.
    func regionFeatures(_ pixels: Tensor, context: Tensor, _ visionTower: SiglipVisionModel) -> Tensor {
        let scope = configuration.masksCrossAttention ? maskedScope(pixels.full) : .all
        return visionTower(configuration.usesContextAsQueries ? pixels.full : pixels.crop) { index, hidden in
            layers[index](hidden, context: context, scope: scope)
        }
    }

    /// True for a frame that skips the provider, whose image tokens come from the context features alone.
    func isSkipped(_ pixels: Tensor) -> Bool {
        !configuration.treatsImageAsContextImage && pixels.full.array == pixels.crop.array
    }

    /// Limits attention to the patches of the full view, `[4, side, side]`, that the mask touches. A mask that vanishes at the
    /// model's resolution imposes no limit, because attention over no keys is undefined.
    private func maskedScope(_ view: Tensor) -> AttentionScope {
        let side = view.shape[2], grid = side / patchSize
        /// Sum of the mask values (0 to 1 each) in a token's patch.
        func coverage(_ token: Int, _ values: UnsafeBufferPointer<Float>) -> Float {
            var sum: Float = 0
            for row in 0..<patchSize {
                let start = (3 * side + token / grid * patchSize + row) * side + token % grid * patchSize
                for column in 0..<patchSize { sum += (values[start + column] + 1) / 2 }
            }
            return sum
        }
        var touched = view.withValues { values in (0..<grid * grid).map { coverage($0, values) >= 1e-5 } }
        if dropsFirstToken { touched.removeFirst() }
        return touched.contains(true) ? .only(touched) : .all
    }

    /// True for tensors of layers after the selected hidden state, which no caption depends on.
    static func isDead(_ name: String, _ configuration: DescribeAnythingConfiguration) -> Bool {
        isLayer(name, of: "context_provider_module.layers.",
                in: configuration.visionLayers..<configuration.contextProvider.hiddenLayers)
    }
}

/// Views within `[8, side, side]`, each `[4, side, side]`.
extension Tensor {
    fileprivate var full: Tensor { view(0) }
    fileprivate var crop: Tensor { view(1) }

    private func view(_ index: Int) -> Tensor {
        let side = shape[2]
        return reshaped([8, side * side]).rows(4 * index..<4 * index + 4).reshaped([4, side, side])
    }
}
