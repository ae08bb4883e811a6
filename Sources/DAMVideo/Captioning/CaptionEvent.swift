import Masks

/// A step of captioning a clip.
public enum CaptionEvent: Sendable {
    /// Work began or went on: `done` of `total` frames, as far as the total is known.
    case progress(Stage, done: Int, total: Int?)
    /// A token was drawn; `text` became certain with it, often none.
    case token(TrackPosition, text: String, tokens: Int)
    /// The clip is open: the document without its tracks, but those of an earlier run.
    case began(CaptionDocument)
    /// A track has its caption.
    case finished(CaptionDocument.Track)
    /// A track has no caption.
    case failed(CaptionDocument.Problem)

    public enum Stage: Sendable, Equatable {
        /// Objects are looked for in a frame.
        case finding
        /// Masks are propagated to a frame, forwards or backwards through the clip.
        case following(isBackward: Bool)
        /// A frame is decoded.
        case decoding
        /// A track's frames are encoded.
        case encoding(TrackPosition)
        /// The language model reads a track's prompt of `total` tokens.
        case reading(TrackPosition)
        /// A part of a track has its caption: `done` of the track's `total` parts.
        case captioned(TrackPosition)
        /// A frame of the rendered clip is written.
        case rendering
        /// A frame is decoded for the report.
        case reporting
    }
}

/// A track, or a part of one, and its place among those of the clip.
public struct TrackPosition: Sendable, Hashable {
    public let id: TrackID
    /// From 1.
    public let number: Int
    public let count: Int
    /// The part of the track, from 1; nil for the whole track.
    public internal(set) var part: Int?
    /// Parts that the track is told in besides its whole; 0 for none.
    public internal(set) var parts = 0
}
