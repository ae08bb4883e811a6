import Imaging

extension TrackState {
    /// Share of the usual area below which the object is taken to be hidden.
    private static let hiddenShare: Float = 0.12
    private static let smallestArea: Float = 12
    /// Mean log-odds of a mask's pixels by appearance alone below which it shows something else.
    private static let foreign: Float = -0.6

    /// Bhattacharyya coefficient of the mask's colours with the object's below which it shows something else.
    private static let unlike: Float = 0.4

    /// The track after a frame that gave it `chance`: its mask, or none.
    /// - Parameter camera: from the previous frame to the current.
    func advanced(
        to chance: Plane<Float>, evidence: PixelEvidence, features: FrameFeatures, motion: FrameMotion, camera: CameraMotion
    ) -> TrackState {
        let chance = chance.withoutSpecks()
        var area: Float = 0, support: Float = 0
        for place in chance.indices where chance[place] > 0.5 {
            area += 1
            support += evidence.appearance[place]
        }
        support /= max(area, 1)
        var next = self
        next.age += 1
        guard area >= max(Self.smallestArea, Self.hiddenShare * usualArea), support > Self.foreign,
            let bounds = chance.bounds(above: 0.5)
        else {
            next.vanish(.lost)
            next.expect(camera)
            return next
        }
        let found = features.colours(of: chance)
        guard max(found.similarity(to: given), found.similarity(to: recent)) > Self.unlike else {
            next.vanish(.lost)
            next.expect(camera)
            return next
        }
        next.probability = chance.resized(to: chance.bounds(above: 0.02) ?? bounds)
        next.places = LocalColours(features, region: next.probability)
        if area > 0.55 * usualArea {
            next.usualArea += 0.05 * (area - usualArea)
            next.velocity += 0.3 * (motion.mean(of: probability) - camera.shift(at: bounds) - velocity)
            next.lastBox = bounds
            next.hidden = 0
            next.learn(found)
        } else {
            next.usualArea += 0.01 * (area - usualArea)
            next.expect(camera)
        }
        let certainty = logistic(2 * support) * min(1, area / (0.5 * usualArea))
        next.confidence = 0.9 * confidence + 0.1 * certainty
        return next
    }
}
