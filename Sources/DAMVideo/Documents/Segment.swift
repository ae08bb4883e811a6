extension CaptionDocument {
    /// A part of a track, with a caption of its own.
    public struct Segment: Codable, Sendable, Equatable {
        public var firstFrame: Int
        public var lastFrame: Int
        /// Time of the first frame of the part that shows the object.
        public var start: Double
        /// Time of the last frame of the part that shows the object.
        public var end: Double
        public var visibleFrames: Int
        public var sampled: [Sample]
        public var caption: String
        /// "stop", or "length" when the answer was cut off.
        public var finishReason: String
        public var usage: Usage
        /// Seconds of encoding and generating; of batched work, this caption's share.
        public var seconds: Double

        enum CodingKeys: String, CodingKey {
            case start, end, sampled, caption, usage, seconds
            case firstFrame = "first_frame"
            case lastFrame = "last_frame"
            case visibleFrames = "visible_frames"
            case finishReason = "finish_reason"
        }
    }
}
