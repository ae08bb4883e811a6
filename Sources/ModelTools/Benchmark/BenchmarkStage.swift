/// A measurable stage of a model. Raw values are the names in reports and on the command line.
package enum BenchmarkStage: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
    case describeAnything(DescribeAnythingStage)
    case segmentAnything(SegmentAnythingStage)
    case detector(DetectorStage)

    package static let allCases =
        DescribeAnythingStage.allCases.map(BenchmarkStage.describeAnything)
        + SegmentAnythingStage.allCases.map(BenchmarkStage.segmentAnything)
        + DetectorStage.allCases.map(BenchmarkStage.detector)

    package var rawValue: String {
        switch self {
        case .describeAnything(let stage): stage.rawValue
        case .segmentAnything(let stage): stage.rawValue
        case .detector(let stage): stage.rawValue
        }
    }

    package init?(rawValue: String) {
        if let stage = DescribeAnythingStage(rawValue: rawValue) {
            self = .describeAnything(stage)
        } else if let stage = SegmentAnythingStage(rawValue: rawValue) {
            self = .segmentAnything(stage)
        } else if let stage = DetectorStage(rawValue: rawValue) {
            self = .detector(stage)
        } else {
            return nil
        }
    }
}

/// A stage of captioning with the Describe Anything Model.
package enum DescribeAnythingStage: String, CaseIterable, Sendable {
    /// Preprocessing of a frame and its mask into the two views' pixels.
    case preprocessing
    /// The whole frame through the vision tower.
    case fullView = "full-view"
    /// The region through vision tower and context provider.
    case cropContext = "crop-context"
    /// Projection of a frame's features to image tokens.
    case projector
    /// Prefill of a caption's prompt: text and the image tokens of its frames.
    case prefill
    /// Decoding, one token per step, after a context of 200 tokens.
    case decode200 = "decode-200"
    /// Decoding, one token per step, after a context of 1800 tokens.
    case decode1800 = "decode-1800"
    /// Decoding, one token for each of eight tracks per step, after contexts of 1800 tokens.
    case decodeBatch = "decode-batch"
    /// A complete caption, from frames and masks.
    case caption
}

/// A stage of tracking with SAM 2.
package enum SegmentAnythingStage: String, CaseIterable, Sendable {
    /// A frame through the image encoder.
    case encoder = "sam-encoder"
    /// A complete frame of a clip with one tracked object.
    case frame = "sam-frame"
    /// The additional work per frame for one more object.
    case object = "sam-object"
}

/// A stage of object detection.
package enum DetectorStage: String, CaseIterable, Sendable {
    /// Complete detection in one image: preprocessing, model, and selection of boxes and masks.
    case picture = "detector"
}
