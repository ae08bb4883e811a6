import Imaging

/// Weights and scales of `PixelEvidence`. The most important are measured in the tests' PropagationConstants.md.
package enum EvidenceConstants {
    /// Weight of a pixel's log-odds by colour: more follows colours, and lets look-alikes in.
    package static let colourWeight: Float = 0.5
    /// Limit of the log-odds by colour, before their weight: higher lets one rare colour outweigh everything else.
    package static let colourLimit: Float = 2.5
    /// Limit of the log-odds by flow, on both sides: higher trusts the previous mask more, and mends its errors less.
    package static let flowLimit: Float = 3
    /// Weight of the log-odds by flow where the flows there and back disagree; 1 where they agree. Lower forgets the mask
    /// in fast motion, higher keeps it where flow is lost.
    package static let untrustedFlowWeight: Float = 0.4
    /// Added to that where the flows there and back agree.
    package static let trustedFlowWeight: Float = 0.6
    /// Share of the colours around the given mask in those around the object: a part of it that was lost must not make
    /// its colours the background's; too much of it ignores a background that changes.
    package static let givenSurroundings: Float = 0.5
    /// Difference to the background, in 8-bit steps, that speaks neither for nor against the object: lower takes shadows
    /// in, higher loses objects of little contrast.
    package static let neutralDifference: Float = 26
    /// Difference to the background, in 8-bit steps, that adds one to the log-odds: lower decides harder.
    package static let differenceScale: Float = 7
    /// Limit of the log-odds by difference to the background.
    package static let differenceLimit: Float = 3
    /// Steps added to the neutral difference for each step the background's samples spread: more mistrusts an unsteady
    /// background.
    package static let spreadWeight: Float = 2
    /// Steepness with which a background of the object's colours stops counting, unless it is known to be background.
    package static let likenessSlope: Float = 2
    /// Log-odds of the background's colour to be the object's at which it counts half.
    package static let neutralLikeness: Float = 0.5
    /// Chance by flow above which a pixel belongs to the mask that may grow.
    package static let possibleChance: Float = 0.05
    /// Pixels by which a mask can grow in one frame beyond the one flow gives: more finds what was uncovered, and reaches
    /// into look-alikes.
    package static let growth = 16
    /// Log-odds of pixels further away.
    package static let impossible: Float = -6
}

/// Log-odds of each pixel near a track to show the object: by the propagated mask, by its colour, by its difference to
/// the background, and by what it moves with.
struct PixelEvidence: Sendable {
    private typealias Constant = EvidenceConstants

    /// Log-odds of all together.
    let odds: Plane<Float>
    /// Log-odds without the propagated mask: evidence that the object is there at all.
    let appearance: Plane<Float>
    /// Evidence of the layer each pixel moves with.
    let layers: Plane<Float>

    /// - Parameters:
    ///   - layers: evidence of the layer each pixel moves with (`MotionLayers`).
    ///   - layerWeight: log-odds of a pixel that has long moved with the object.
    ///   - surroundings: colours around the object in the previous frame.
    ///   - places: log-odds by colours at each place.
    ///   - propagated: chance of each pixel by flow, 0...1.
    ///   - trust: trust in the flow of each pixel, 0...1.
    init(
        track: TrackState, layers: Plane<Float>, layerWeight: Float, surroundings: ColourHistogram, places: Plane<Float>,
        propagated: Plane<Float>, trust: Plane<Float>, features: FrameFeatures, background: BackgroundModel
    ) {
        let appearance = Self.appearance(
            track: track, surroundings: surroundings, box: propagated.box, features: features, background: background
        ).mutableCopy()
        let counted = layers.withoutEdges()
        for place in appearance.indices {
            let layer = counted[place]
            appearance[place] += places[place] + layerWeight * (layer < 0 ? LayerConstants.letGo : 1) * layer
        }
        self.layers = layers
        self.appearance = appearance.finished()
        let possible = propagated.mapped { $0 > Constant.possibleChance ? 1 : 0 }.dilated(by: Constant.growth)
        let odds = self.appearance.mutableCopy()
        for place in odds.indices {
            guard possible[place] > 0 else {
                odds[place] = Constant.impossible
                continue
            }
            let byFlow = min(max(logOdds(propagated[place]), -Constant.flowLimit), Constant.flowLimit)
            let doubt = byFlow < 0 ? 1 - LayerConstants.flowDoubt * joinedShare(counted[place]) : 1
            odds[place] += doubt * byFlow * (Constant.untrustedFlowWeight + Constant.trustedFlowWeight * trust[place])
        }
        self.odds = odds.finished()
    }

    /// Log-odds of each pixel by its colour and its difference to the background, wherever flow may point.
    static func appearance(
        track: TrackState, surroundings: ColourHistogram, box: BoundingBox, features: FrameFeatures,
        background: BackgroundModel
    ) -> Plane<Float> {
        var surroundings = surroundings
        surroundings.blend(track.givenSurroundings, share: Constant.givenSurroundings)
        let ratio = track.colours.logRatio(to: surroundings), givenRatio = track.given.logRatio(to: surroundings)
        let bins = features.bins(in: box)
        let colour = MutablePlane<Float>(box), difference = MutablePlane<Float>(box), likeness = MutablePlane<Float>(box)
        box.forEachPixel { x, y in
            let still = background.pixels[x, y].colour
            colour[x, y] = ratio[Int(bins[x, y])]
            difference[x, y] = Float(features.frame.rgb[x, y].greatestDifference(to: still))
            likeness[x, y] = givenRatio[ColourBins.bin(Int(still.red), Int(still.green), Int(still.blue))]
        }
        let byColour = colour.finished().blurred(passes: 1), differences = difference.finished().blurred(passes: 1)
        let likenesses = likeness.finished().blurred(passes: 2)
        let odds = MutablePlane<Float>(box)
        box.forEachPixel { x, y in
            odds[x, y] = Constant.colourWeight * min(max(byColour[x, y], -Constant.colourLimit), Constant.colourLimit)
            let pixel = background.pixels[x, y]
            guard pixel.spread < 255 else { return }
            odds[x, y] += foreground(differences[x, y], pixel, likeness: likenesses[x, y])
        }
        return odds.finished()
    }

    /// Log-odds of a pixel by its difference to the background.
    /// - Parameters:
    ///   - difference: in 8-bit steps, of the worst channel.
    ///   - likeness: log-odds of the background's colour to be the object's.
    @inline(__always)
    private static func foreground(_ difference: Float, _ pixel: BackgroundPixel, likeness: Float) -> Float {
        let spread = Float(pixel.spread)
        let neutral = Constant.neutralDifference + Constant.spreadWeight * spread
        let scale = Constant.differenceScale + Constant.spreadWeight / 2 * spread
        let foreground = (difference - neutral) / scale
        let known: Float = pixel.isKnown ? 1 : 0
        // Unless it is known, a background that looks like the object may be the object, long in one place: it proves
        // nothing.
        return min(max(foreground, -Constant.differenceLimit), Constant.differenceLimit)
            * (known + (1 - known) * logistic(-Constant.likenessSlope * (likeness - Constant.neutralLikeness)))
    }
}
