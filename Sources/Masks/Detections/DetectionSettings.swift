/// Settings of reading detections whose content is silent about them, or wrong.
public struct DetectionSettings: Sendable, Equatable, Codable {
    /// The layout; nil to tell it from the content.
    public var format: DetectionFormat?
    /// The clip's frame of the source's first number (0, or 1 where the layout counts from 1); nil to tell it from the layout, the numbers and the clip.
    public var frameOffset: Int?
    /// Clip frames from one number of the file to the next; nil for 1, or what numbers and clip tell.
    public var frameStep: Int?
    /// Leave out what cannot be read, said in a note, instead of giving up.
    public var keepsGoing = false

    private enum CodingKeys: String, CodingKey {
        case format
        case frameOffset = "frame_offset"
        case frameStep = "frame_step"
        case keepsGoing = "keep_going"
    }

    public init() {}
}
