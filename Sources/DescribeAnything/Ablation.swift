/// A part a model is made to go without, to see what it is worth.
public enum Ablation: String, Sendable, Encodable, CaseIterable {
    /// The context provider's factors are 0: nothing of the full view reaches the crop's features.
    case context
    /// The mask channel is empty in both views: nothing tells which object is meant but where the crop is.
    case mask
    /// The middle frame stands for all: nothing moves.
    case motion
}

extension DescribeAnythingModel {
    /// The same model less a part.
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
    /// The same views with nothing marked in them.
    var unmarked: FocalPrompt {
        func unmarked(_ view: View) -> View { View(image: view.image, mask: view.mask.map { _ in 0 }) }
        return FocalPrompt(side: side, full: unmarked(full), region: unmarked(region))
    }
}
