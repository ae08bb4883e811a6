/// Weights of `PlaceMemory`. The most important are measured in the tests' PropagationConstants.md.
package enum PlaceConstants {
    /// Weight of the colours at each place of the previous frame: more follows changes, and confirms errors.
    package static let recentWeight: Float = 0.7
    /// Weight of the colours at each place of the latest given mask: more holds on to the given look.
    package static let givenWeight: Float = 1
    /// Limit of either's log-odds, before its weight.
    package static let limit: Float = 2.5
}

/// Log-odds of the current frame's pixels by a track's colours at each place, in the frame before and in the latest
/// given mask. The frame before knows how the object looks now; the given mask knows what is truly its own, so that an
/// error of an earlier frame is not confirmed by itself. Given places are found again by the middle and size of the object, or of each
/// part it has come into, whatever flow says.
struct PlaceMemory: Sendable {
    private typealias Constant = PlaceConstants

    private let recent: LocalColours
    private let given: LocalColours
    /// In the current frame.
    private let parts: MaskParts

    /// - Parameter motion: from the previous frame to the current.
    /// - Returns: nil for a track that has no such colours.
    init?(_ track: TrackState, motion: ForwardMotion) {
        guard let recent = track.places, let given = track.givenPlaces, let parts = track.parts else { return nil }
        (self.recent, self.given) = (recent, given)
        self.parts = parts.moved(by: motion.means(of: parts, in: track.probability))
    }

    /// The log-odds of a pixel.
    /// - Parameters:
    ///   - origin: where flow says it was in the previous frame.
    ///   - layer: evidence of the layer it moves with: the given mask says less of what has joined since.
    @inline(__always)
    func odds(_ bin: UInt16, at place: SIMD2<Float>, from origin: SIMD2<Float>, layer: Float) -> Float {
        let near = recent.odds(bin, at: origin)
        let part = parts.parts[parts.nearest(to: place)]
        let then = given.odds(bin, at: part.given + part.givenScale / max(part.scale, 1) * (place - part.centre))
        let doubt = then < 0 ? 1 - LayerConstants.givenDoubt * joinedShare(layer) : 1
        return Constant.recentWeight * min(max(near, -Constant.limit), Constant.limit)
            + Constant.givenWeight * doubt * min(max(then, -Constant.limit), Constant.limit)
    }
}
