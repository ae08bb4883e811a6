/// A part of the model to disable, for measuring how much it contributes.
public enum Ablation: String, Sendable, Encodable, CaseIterable {
    /// Sets the context provider's gates to 0, so that no features of the full view reach the crop.
    case context
    /// Empties the mask channel of both views, so that only the crop's position indicates the object.
    case mask
    /// Replaces every frame by the middle one, so that there is no motion.
    case motion
}

extension DescribeAnythingModel {
    /// A copy of the model with a part disabled.
    package func without(_ part: Ablation) -> DescribeAnythingModel {
        var model = self
        model.ablation = part
        if part == .context { model.contextProvider = contextProvider.withZeroFactors() }
        return model
    }
}

extension ContextProvider {
    fileprivate func withZeroFactors() -> ContextProvider {
        var provider = self
        for index in layers.indices {
            provider.layers[index].attnFactor = 0
            provider.layers[index].mlpFactor = 0
        }
        return provider
    }
}

extension FocalPrompt {
    /// The same views with empty masks.
    var unmarked: FocalPrompt {
        func unmarked(_ view: View) -> View { View(image: view.image, mask: view.mask.map { _ in 0 }) }
        return FocalPrompt(side: side, full: unmarked(full), region: unmarked(region))
    }
}
