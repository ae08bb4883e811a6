/// Settings for reading detections, for cases that their content leaves open or gets wrong.
public struct DetectionSettings: Sendable, Equatable, Codable {
    /// The format; nil to detect it from the content.
    public var format: DetectionFormat?
    /// The clip's frame of the source's first number, which is 0, or 1 in formats that count from 1; nil to derive it from the
    /// format, the numbers and the clip.
    public var frameOffset: Int?
    /// Clip frames per step of the file's numbers; nil for 1, or a step derived from numbers and clip.
    public var frameStep: Int?
    /// True to skip what cannot be read, with a note, instead of failing.
    public var keepsGoing = false

    private enum CodingKeys: String, CodingKey {
        case format
        case frameOffset = "frame_offset"
        case frameStep = "frame_step"
        case keepsGoing = "keep_going"
    }

    public init() {}
}
