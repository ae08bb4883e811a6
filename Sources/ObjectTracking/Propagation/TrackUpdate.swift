import Imaging

/// Limits and rates of a track's update. The most important are measured in the tests' PropagationConstants.md.
package enum UpdateConstants {
    /// Share of the usual area below which the object is taken to be hidden: lower keeps slivers that are something else,
    /// higher loses objects half behind something.
    package static let hiddenShare: Float = 0.12
    /// Pixels below which the object is taken to be hidden.
    package static let smallestArea: Float = 12
    /// Mean log-odds of a mask's pixels by appearance alone below which it shows something else.
    package static let foreign: Float = -0.6
    /// Bhattacharyya coefficient of the mask's colours with the object's below which it shows something else: higher
    /// loses objects that turn or enter shadow.
    package static let unlike: Float = 0.4
    /// Share of the usual area from which the object counts as seen whole, and is learnt from.
    package static let wholeShare: Float = 0.55
    /// Share of a new area in the usual area, of an object seen whole and in part: more follows growth, and forgets what
    /// is hidden.
    package static let areaRate: Float = 0.05
    package static let partAreaRate: Float = 0.01
    /// Share of a new motion in the object's velocity.
    package static let velocityRate: Float = 0.3
    /// Share of the velocity left after each frame out of sight.
    package static let velocityDecay: Float = 0.95
    /// Share of the latest mask's colours in the recent ones: more follows the light, and drifts.
    package static let colourRate: Float = 0.1
    /// Share of the recent colours in those the object is known by, the given mask's being the rest.
    package static let recentShare: Float = 0.5
    /// Share of earlier given masks' colours when another mask is given.
    package static let earlierShare: Float = 0.3
    /// Chance below which a pixel is not kept for the next frame.
    package static let smallestChance: Float = 0.02
    /// Share of a frame's certainty in the support; certainty is the logistic of `certaintySlope` times the mean
    /// log-odds, less where the area is below `certainShare` of the usual. Weighed between tracks and directions.
    package static let supportRate: Float = 0.1
    package static let certaintySlope: Float = 2
    package static let certainShare: Float = 0.5
    /// Support of an object that was found again, at least.
    package static let foundSupport: Float = 0.4
}

extension TrackState {
    private typealias Constant = UpdateConstants

    /// The track after a frame that gave it `chance`: its mask, or none.
    /// - Parameters:
    ///   - camera: from the previous frame to the current.
    ///   - cells: cells of its colours by place (`LocalColours`).
    ///   - separates: true if a mask that comes apart has parts from then on.
    func advanced(
        to chance: Plane<Float>, evidence: PixelEvidence, features: FrameFeatures, motion: FrameMotion, camera: CameraMotion,
        cells: Float, separates: Bool
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
        guard area >= max(Constant.smallestArea, Constant.hiddenShare * usualArea), support > Constant.foreign,
            let bounds = chance.bounds(above: 0.5)
        else {
            next.vanish(.lost)
            next.expect(camera)
            return next
        }
        let found = features.colours(of: chance)
        let likeness = found.similarity(to: given)
        guard max(likeness, found.similarity(to: recent)) > Constant.unlike else {
            next.vanish(.lost)
            next.expect(camera)
            return next
        }
        next.expected.add(likeness: likeness)
        next.probability = chance.resized(to: chance.bounds(above: Constant.smallestChance) ?? bounds)
        next.layers = evidence.layers
        next.places = LocalColours(features, region: next.probability, layers: evidence.layers, cells: cells)
        if let parts, let places = next.places, let givenPlaces {
            next.parts = separates
                ? parts.moved(by: motion.forward.means(of: parts, in: probability)).found(in: next.probability, whole: places)
                : MaskParts(givenPlaces, at: places)
        }
        if area > Constant.wholeShare * usualArea {
            next.usualArea += Constant.areaRate * (area - usualArea)
            next.velocity += Constant.velocityRate * (motion.forward.mean(of: probability) - camera.shift(at: bounds) - velocity)
            next.lastBox = bounds
            next.hidden = 0
            next.learn(found)
        } else {
            next.usualArea += Constant.partAreaRate * (area - usualArea)
            next.expect(camera)
        }
        let certainty = logistic(Constant.certaintySlope * support) * min(1, area / (Constant.certainShare * usualArea))
        next.support = (1 - Constant.supportRate) * self.support + Constant.supportRate * certainty
        return next
    }
}
