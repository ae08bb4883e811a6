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
    var odds: Field
    /// Log-odds without what was carried over: whether the object is there at all.
    let appearance: Field

    /// - Parameters:
    ///   - surroundings: colours around the object in the previous frame.
    ///   - places: log-odds by colours at each place.
    ///   - carried: chance of each pixel by flow, and how far flow is to be trusted there.
    init(
        track: TrackState, surroundings: ColourHistogram, places: Field, carried: Field, trust: Field, features: FrameFeatures,
        background: BackgroundModel
    ) {
        var appearance = Self.appearance(
            track: track, surroundings: surroundings, box: carried.box, features: features, background: background)
        for index in appearance.values.indices { appearance.values[index] += places.values[index] }
        self.appearance = appearance
        odds = appearance
        let possible = Field(box: carried.box, values: carried.values.map { $0 > 0.05 ? 1 : 0 }).dilated(by: Constant.growth)
        for index in odds.values.indices {
            guard possible.values[index] > 0 else {
                odds.values[index] = Constant.impossible
                continue
            }
            let carriedOdds = min(max(logOdds(carried.values[index]), Constant.carriedLow), Constant.carriedHigh)
            odds.values[index] += carriedOdds * (0.4 + 0.6 * trust.values[index])
        }
    }

    /// What a pixel's colour and the background say, wherever flow may point.
    static func appearance(
        track: TrackState, surroundings: ColourHistogram, box: BoundingBox, features: FrameFeatures,
        background: BackgroundModel
    ) -> Field {
        let width = features.frame.width
        var surroundings = surroundings
        surroundings.blend(track.givenSurroundings, share: Constant.givenSurroundings)
        let ratio = track.colours.logRatio(to: surroundings)
        let givenRatio = track.given.logRatio(to: surroundings)
        var colour = Field(box: box), difference = Field(box: box), spread = Field(box: box), likeness = Field(box: box)
        var known = Field(box: box)
        features.frame.rgb.withUnsafeBufferPointer { rgb in
            background.rgb.withUnsafeBufferPointer { still in
                for y in box.top..<box.bottom {
                    for x in box.left..<box.right {
                        let place = y * width + x, index = (y - box.top) * box.width + x - box.left
                        colour.values[index] = ratio[Int(features.bins[place])]
                        let red = Int(still[place * 3]), green = Int(still[place * 3 + 1]), blue = Int(still[place * 3 + 2])
                        difference.values[index] = Float(max(
                            abs(Int(rgb[place * 3]) - red), abs(Int(rgb[place * 3 + 1]) - green),
                            abs(Int(rgb[place * 3 + 2]) - blue)))
                        likeness.values[index] = givenRatio[ColourBins.bin(red, green, blue)]
                        known.values[index] = Float(background.isKnown[place])
                        spread.values[index] = Float(background.spread[place])
                    }
                }
            }
        }
        colour = colour.blurred(passes: 1)
        difference = difference.blurred(passes: 1)
        likeness = likeness.blurred(passes: 2)
        for index in colour.values.indices {
            var odds = Constant.colour * min(max(colour.values[index], -Constant.colourLimit), Constant.colourLimit)
            let width = spread.values[index]
            if width < 255 {
                let neutral = Constant.neutralDifference + Constant.spreadWeight * width
                let scale = Constant.differenceScale + Constant.spreadWeight / 2 * width
                let foreground = (difference.values[index] - neutral) / scale
                // Unless it is known, a background that looks like the object may be the object, long in one place: it proves nothing.
                odds += min(max(foreground, -Constant.differenceLimit), Constant.differenceLimit)
                    * (known.values[index] + (1 - known.values[index]) * logistic(-2 * (likeness.values[index] - 0.5)))
            }
            colour.values[index] = odds
        }
        return colour
    }
}
