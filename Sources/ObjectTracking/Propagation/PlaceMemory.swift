/// What a track's colours at each place, in the frame before and in the latest given mask, say of the current frame's pixels.
/// The frame before knows how the object looks now; the given mask knows what is truly its own, so that an error that was
/// carried on is not confirmed by itself. Given places are found again by the object's middle and size, whatever flow says.
struct PlaceMemory: Sendable {
    /// Weights and limit of the log-odds, found on clips with a moving camera (a person's cartoon and hand-held shots,
    /// cut-outs before real backgrounds) and checked on others.
    private static let near: Float = 0.7
    private static let then: Float = 1
    private static let limit: Float = 2.5

    private let recent: LocalColours
    private let given: LocalColours
    private let shift: SIMD2<Float>
    private let scale: Float

    /// - Parameter shift: the object's motion from the previous frame to the current.
    /// - Returns: nil for a track that has no such colours.
    init?(_ track: TrackState, shift: SIMD2<Float>) {
        guard let recent = track.places, let given = track.givenPlaces else { return nil }
        (self.recent, self.given, self.shift) = (recent, given, shift)
        scale = given.scale / max(recent.scale, 1)
    }

    /// The log-odds of a pixel.
    /// - Parameter origin: where flow says it was in the previous frame.
    @inline(__always)
    func odds(_ bin: UInt16, at place: SIMD2<Float>, from origin: SIMD2<Float>) -> Float {
        let near = recent.odds(bin, at: origin)
        let then = given.odds(bin, at: given.centre + scale * (place - shift - recent.centre))
        return Self.near * min(max(near, -Self.limit), Self.limit) + Self.then * min(max(then, -Self.limit), Self.limit)
    }
}
