import Masks

extension CaptionDocument {
    /// A track that was detected but not captioned.
    public struct LeftOut: Codable, Sendable, Equatable {
        public var id: TrackID
        public var label: String?
        public var firstFrame: Int
        public var lastFrame: Int
        public var visibleFrames: Int
        /// Human-readable reason.
        public var reason: String

        enum CodingKeys: String, CodingKey {
            case id, label, reason
            case firstFrame = "first_frame"
            case lastFrame = "last_frame"
            case visibleFrames = "visible_frames"
        }

        init(_ track: Masks.Track) {
            (id, label) = (track.id, track.label)
            (firstFrame, lastFrame, visibleFrames) = (track.firstFrame, track.lastFrame, track.appearances.count)
            reason = "less important than the tracks that are captioned (--max-tracks)"
        }
    }
}
