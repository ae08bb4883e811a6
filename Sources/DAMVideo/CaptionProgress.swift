import Masks

/// How far captioning a clip has come.
public enum CaptionProgress: Sendable {
    /// A frame was given masks by propagation, on the way through the clip or back.
    case tracking(frame: Int, isBackward: Bool)
    /// A frame was decoded; the total as far as it is known.
    case decoding(frame: Int, of: Int?)
    /// So many of a track's frames are encoded, from none to all.
    case encoding(track: TrackPosition, done: Int, of: Int)
    /// The language model begins to read a track's prompt of so many tokens.
    case prompt(track: TrackPosition, tokens: Int)
    /// The captions in the making have grown.
    case generating([Growth])
    /// A track has its caption, and the document as it was told last has it.
    case finished(CaptionDocument.Track)
    /// A frame of the rendered clip is about to be written; the total as far as it is known.
    case rendering(frame: Int, of: Int?)
    /// A frame was decoded for the report.
    case reporting(frame: Int, of: Int?)
    /// The document as it stands: once when captioning begins, and after each track.
    case updated(CaptionDocument)

    /// So many tokens of a track's caption are there.
    public struct Growth: Sendable, Equatable {
        public let track: TrackPosition
        public let tokens: Int
    }

    public struct TrackPosition: Sendable, Equatable {
        public let id: TrackID
        /// From 1.
        public let number: Int
        public let count: Int
    }
}
