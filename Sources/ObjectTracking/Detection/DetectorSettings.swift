import Detectors

/// Settings of using a detector.
public struct DetectorSettings: Sendable, Equatable {
    /// Seconds between the frames of a clip it looks at, 0 for every frame.
    public var interval = 0.5
    /// True to look at enlarged parts of those frames around what moves as well.
    public var looksAtMotion = true
    /// Format that RF-DETR's largest weights are rounded to in memory, one of `weightFormats`.
    public var weights = "f32"
    /// Family of an ONNX file; nil for the one it tells.
    public var family: String?
    /// Size and kind of the pictures an ONNX file takes, in words; nil for those it tells, or its family has.
    public var input: String?

    public init() {}

    /// Formats of weights; all but the first lose something.
    public static var weightFormats: [String] { PictureDetectors.formats.map { $0.rawValue.lowercased() } }
    /// Families of ONNX files.
    public static var families: [String] { DetectorFamily.allCases.map(\.rawValue) }
}

extension DetectorSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case interval, weights, family, input
        case looksAtMotion = "looks_at_motion"
    }
}
