import Tensors

/// Masks predicted for one prompt.
package struct MaskPrediction: Sendable {
    /// Logits, `[masks, 4 side, 4 side]`.
    package let masks: Tensor
    /// Predicted IoU of each mask with the object, from 0 to 1.
    package let ious: [Float]
    /// The decoder's token of each mask, `[masks, hidden]`. A single mask has its own token even if another mask has replaced
    /// it.
    package let tokens: Tensor
    /// Logit of the object's presence in the image.
    package let objectScore: Float

    /// Index of the mask with the highest predicted IoU; the first of equals.
    package var best: Int { ious.indices.max { ious[$0] < ious[$1] || (ious[$0] == ious[$1] && $0 > $1) } ?? 0 }

    /// The masks of a range.
    func selecting(_ range: Range<Int>) -> MaskPrediction {
        MaskPrediction(
            masks: planes(range), ious: Array(ious[range]), tokens: tokens.rows(range), objectScore: objectScore)
    }

    /// The single mask, or, if it is unstable, the best of the others.
    func single(_ configuration: MaskDecoderConfiguration) -> MaskPrediction {
        let first = selecting(0..<1)
        guard configuration.dynamicMultimaskViaStability,
            first.stability(configuration.dynamicMultimaskStabilityDelta)
                < configuration.dynamicMultimaskStabilityThreshold
        else { return first }
        let others = selecting(1..<ious.count), best = others.best
        return MaskPrediction(
            masks: others.planes(best..<best + 1), ious: [others.ious[best]], tokens: first.tokens,
            objectScore: objectScore)
    }

    /// Stability score: pixels above `delta` divided by pixels above `-delta`, over all masks; 1 if there are none.
    private func stability(_ delta: Float) -> Float {
        masks.withValues { logits in
            var inner = 0, outer = 0
            for logit in logits {
                if logit > delta { inner += 1 }
                if logit > -delta { outer += 1 }
            }
            return outer > 0 ? Float(inner) / Float(outer) : 1
        }
    }

    private func planes(_ range: Range<Int>) -> Tensor {
        let size = masks.shape[1] * masks.shape[2]
        return masks.reshaped([masks.shape[0], size]).rows(range).reshaped([range.count] + masks.shape.dropFirst())
    }
}
