import Imaging

extension TrackState {
    /// Share of the usual area below which the object is taken to be hidden.
    private static let hiddenShare: Float = 0.12
    private static let smallestArea: Float = 12
    /// Mean log-odds of a mask's pixels by appearance alone below which it shows something else.
    private static let foreign: Float = -0.6

    /// The track after a frame that gave it `chance`: its mask, or none.
    func advanced(
        to chance: Field, evidence: PixelEvidence, features: FrameFeatures, motion: FrameMotion
    ) -> TrackState {
        var area: Float = 0, support: Float = 0
        for index in chance.values.indices where chance.values[index] > 0.5 {
            area += 1
            support += evidence.appearance.values[index]
        }
        support /= max(area, 1)
        var next = self
        next.age += 1
        guard area >= max(Self.smallestArea, Self.hiddenShare * usualArea), support > Self.foreign,
            let bounds = chance.bounds(above: 0.5)
        else {
            next.vanish(.lost(frames: 0))
            return next
        }
        next.probability = chance.cropped(to: chance.bounds(above: 0.02) ?? bounds)
        next.velocity += 0.3 * (motion.mean(of: probability) - velocity)
        next.usualArea += 0.05 * (area - usualArea)
        if area > 0.5 * usualArea {
            next.lastBox = bounds
            next.learn(features.colours(of: chance))
        }
        let certainty = logistic(2 * support) * min(1, area / (0.5 * usualArea))
        next.confidence = 0.9 * confidence + 0.1 * certainty
        return next
    }
}

extension Field {
    /// The part inside a box that lies within this one.
    func cropped(to part: BoundingBox) -> Field {
        var result = Field(box: part)
        for y in 0..<part.height {
            let start = (part.top + y - box.top) * box.width + part.left - box.left
            for x in 0..<part.width { result.values[y * part.width + x] = values[start + x] }
        }
        return result
    }
}
