import Tensors

/// Masks of one prompt.
package struct MaskPrediction: Sendable {
    /// Logits, `[masks, 4 side, 4 side]`.
    package let masks: Tensor
    /// Estimated intersection over union of each mask with the object, from 0 to 1.
    package let ious: [Float]
    /// The decoder's token for each mask, `[masks, hidden]`; a single mask's is its own token even where another mask
    /// took its place.
    package let tokens: Tensor
    /// Logit of the object being in the picture.
    package let objectScore: Float

    /// The first of the masks that are expected to be best.
    package var best: Int { ious.indices.max { ious[$0] < ious[$1] || (ious[$0] == ious[$1] && $0 > $1) } ?? 0 }

    /// Some masks of all.
    func selecting(_ range: Range<Int>) -> MaskPrediction {
        MaskPrediction(
            masks: planes(range), ious: Array(ious[range]), tokens: tokens.rows(range), objectScore: objectScore)
    }

    /// The single mask among all; when its outline is uncertain, the best of the others in its place.
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

    /// Share of the pixels above `-delta` that are above `delta` as well, in all masks; 1 when there are none.
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
