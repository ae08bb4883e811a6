import Imaging

/// For each pixel near a track, the log-odds that it shows the object: what flow carries over, what its colour says, and
/// how far it differs from the background.
struct PixelEvidence: Sendable {
    /// Weights and scales, found on the courtyard clip and on others with a moving camera.
    enum Constant {
        static let colour: Float = 0.5
        static let colourLimit: Float = 2.5
        static let carriedLow: Float = -3
        static let carriedHigh: Float = 3
        /// Share of the colours around the given mask in those around the object: a part of it that was lost must not make
        /// its colours the background's.
        static let givenSurroundings: Float = 0.5
        /// Difference to the background, in 8-bit steps, that speaks neither for nor against the object.
        static let neutralDifference: Float = 26
        static let differenceScale: Float = 7
        static let differenceLimit: Float = 3
        static let spreadWeight: Float = 2
        /// How many pixels a mask can grow in one frame beyond what flow carries.
        static let growth = 16
        static let impossible: Float = -6
    }

    /// Log-odds of all together.
    let odds: Plane<Float>
    /// Log-odds without the propagated mask: evidence that the object is there at all.
    let appearance: Plane<Float>

    /// - Parameters:
    ///   - surroundings: colours around the object in the previous frame.
    ///   - places: log-odds by colours at each place.
    ///   - propagated: chance of each pixel by flow, 0...1.
    ///   - trust: trust in the flow of each pixel, 0...1.
    init(
        track: TrackState, surroundings: ColourHistogram, places: Plane<Float>, propagated: Plane<Float>,
        trust: Plane<Float>, features: FrameFeatures, background: BackgroundModel
    ) {
        let appearance = Self.appearance(
            track: track, surroundings: surroundings, box: propagated.box, features: features, background: background
        ).mutableCopy()
        for place in appearance.indices { appearance[place] += places[place] }
        self.appearance = appearance.finished()
        let possible = propagated.mapped { $0 > 0.05 ? 1 : 0 }.dilated(by: Constant.growth)
        let odds = self.appearance.mutableCopy()
        for place in odds.indices {
            guard possible[place] > 0 else {
                odds[place] = Constant.impossible
                continue
            }
            let byFlow = min(max(logOdds(propagated[place]), Constant.carriedLow), Constant.carriedHigh)
            odds[place] += byFlow * (0.4 + 0.6 * trust[place])
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
        let colour = MutablePlane<Float>(box), difference = MutablePlane<Float>(box), likeness = MutablePlane<Float>(box)
        box.forEachPixel { x, y in
            let still = background.pixels[x, y].colour
            colour[x, y] = ratio[Int(features.bins[x, y])]
            difference[x, y] = Float(features.frame.rgb[x, y].greatestDifference(to: still))
            likeness[x, y] = givenRatio[ColourBins.bin(Int(still.red), Int(still.green), Int(still.blue))]
        }
        let byColour = colour.finished().blurred(passes: 1), differences = difference.finished().blurred(passes: 1)
        let likenesses = likeness.finished().blurred(passes: 2)
        let odds = MutablePlane<Float>(box)
        box.forEachPixel { x, y in
            odds[x, y] = Constant.colour * min(max(byColour[x, y], -Constant.colourLimit), Constant.colourLimit)
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
        // Unless it is known, a background that looks like the object may be the object, long in one place: it proves nothing.
        return min(max(foreground, -Constant.differenceLimit), Constant.differenceLimit)
            * (known + (1 - known) * logistic(-2 * (likeness - 0.5)))
    }
}
