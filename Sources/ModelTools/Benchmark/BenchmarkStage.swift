/// A stage that can be measured. Raw values are the names in reports and on the command line.
public enum BenchmarkStage: String, CaseIterable, Codable, Sendable {
    /// A frame and its mask to the two views' pixels.
    case preprocessing
    /// The whole frame through the vision tower.
    case fullView = "full-view"
    /// The region through vision tower and context provider.
    case cropContext = "crop-context"
    /// A frame's features to image tokens.
    case projector
    /// The language model reads a prompt of the frames a caption takes.
    case prefill
    /// Tokens one after the other, behind a context of 200.
    case decode200 = "decode-200"
    /// The same behind a context of 1800.
    case decode1800 = "decode-1800"
    /// A token of each of eight tracks at a time, behind contexts of 1800.
    case decodeBatch = "decode-batch"
    /// All of it: a caption from frames and masks.
    case caption
    /// A frame through SAM 2's image encoder.
    case samEncoder = "sam-encoder"
    /// A whole frame of a clip, one object tracked by SAM 2.
    case samFrame = "sam-frame"
    /// What each further object adds to that.
    case samObject = "sam-object"

    /// Whether it is one of SAM 2.
    public var isSegmentation: Bool {
        switch self {
        case .samEncoder, .samFrame, .samObject: true
        default: false
        }
    }
}
