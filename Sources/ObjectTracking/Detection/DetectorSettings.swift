import Detectors

/// Settings for using a detector.
public struct DetectorSettings: Sendable, Equatable {
    /// Seconds between processed frames, 0 for every frame.
    public var interval = 0.5
    /// True to run the detector on enlarged crops around moving regions as well.
    public var looksAtMotion = true
    /// Storage type in memory of RF-DETR's largest weights, one of `weightFormats`.
    public var weights = "f32"
    /// Family of an ONNX file; nil to recognise it.
    public var family: String?
    /// Size and format of an ONNX model's input, as text; nil for those in the file, or the family's defaults.
    public var input: String?

    public init() {}

    /// Storage types of weights; all but the first lose precision.
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
