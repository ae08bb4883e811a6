import Masks

/// A step of captioning a clip.
public enum CaptionEvent: Sendable {
    /// Progress of a stage: `done` of `total` frames; `total` is nil while unknown.
    case progress(Stage, done: Int, total: Int?)
    /// A token was generated. `text` is the text it completed, often empty.
    case token(TrackPosition, text: String, tokens: Int)
    /// The clip is open: the document with the tracks of an earlier run only.
    case began(CaptionDocument)
    /// A track was captioned.
    case finished(CaptionDocument.Track)
    /// A track could not be captioned.
    case failed(CaptionDocument.Problem)

    public enum Stage: Sendable, Equatable {
        /// Objects are detected in a frame.
        case finding
        /// Masks are propagated to a frame, forwards or backwards through the clip.
        case following(isBackward: Bool)
        /// A frame is decoded.
        case decoding
        /// A track's frames are encoded.
        case encoding(TrackPosition)
        /// The language model prefills a track's prompt of `total` tokens.
        case reading(TrackPosition)
        /// A part of a track was captioned: `done` of the track's `total` parts.
        case captioned(TrackPosition)
        /// A frame of the rendered clip is written.
        case rendering
        /// A frame is decoded for the HTML report.
        case reporting
    }
}

/// A track, or a part of one, and its position among the clip's tracks.
public struct TrackPosition: Sendable, Hashable {
    public let id: TrackID
    /// One-based number of the track.
    public let number: Int
    public let count: Int
    /// One-based number of the part; nil for the whole track.
    public internal(set) var part: Int?
    /// Number of parts that are captioned in addition to the whole track; 0 for none.
    public internal(set) var parts = 0
}
