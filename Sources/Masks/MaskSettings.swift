import Imaging
import Media

/// Settings for reading masks, for cases that their content leaves open or gets wrong.
public struct MaskSettings: Sendable, Equatable {
    /// Meaning of an object's absence from an annotated frame.
    public enum Absence: String, Sendable, Codable, CaseIterable {
        /// Nothing: the object may be there, and is propagated through the frame.
        case notSaid = "not-said"
        /// The object is not there.
        case absent
    }

    /// The format; nil to detect it from the content.
    public var format: MaskFormat?
    /// The clip's frame for frame 0 of the masks; nil to derive it from the numbers and the clip, or else 0.
    public var frameOffset: Int?
    /// Clip frames per frame number of the masks; nil to derive it from numbers and clip, or else the format's default (4 for
    /// SA-V, 1 for others).
    public var frameStep: Int?
    /// Orientation in which the masks were drawn, if the clip is displayed rotated; nil to derive it from their size.
    public var orientation: MaskOrientation?
    /// Meaning of absence; nil to derive it from the annotated frames.
    public var absence: Absence?
    /// True to skip what cannot be read, listing it in the source's `problems`, instead of failing.
    public var keepsGoing = false

    public init() {}
}

/// Orientation of a clip's frames if it is rotated or mirrored for display.
public enum MaskOrientation: String, Sendable, CaseIterable, Codable {
    /// Frames as players show them, after rotation.
    case shown
    /// Frames as stored in the file, before rotation.
    case stored
}

/// A missing offset is encoded as 0.
extension MaskSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case format, absence, orientation
        case frameOffset = "frame_offset"
        case isOffsetGiven = "frame_offset_given"
        case frameStep = "frame_step"
        case keepsGoing = "keep_going"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        format = try values.decodeIfPresent(MaskFormat.self, forKey: .format)
        let offset = try values.decode(Int.self, forKey: .frameOffset)
        frameOffset = offset != 0 || values.contains(.isOffsetGiven) ? offset : nil
        frameStep = try values.decodeIfPresent(Int.self, forKey: .frameStep)
        orientation = try values.decodeIfPresent(MaskOrientation.self, forKey: .orientation)
        absence = try values.decodeIfPresent(Absence.self, forKey: .absence)
        keepsGoing = try values.decode(Bool.self, forKey: .keepsGoing)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(format, forKey: .format)
        try values.encode(frameOffset ?? 0, forKey: .frameOffset)
        if frameOffset == 0 { try values.encode(true, forKey: .isOffsetGiven) }
        try values.encodeIfPresent(frameStep, forKey: .frameStep)
        try values.encodeIfPresent(orientation, forKey: .orientation)
        try values.encodeIfPresent(absence, forKey: .absence)
        try values.encode(keepsGoing, forKey: .keepsGoing)
    }
}

/// Facts about a clip known before its masks are read.
package struct ClipFacts: Sendable {
    /// The clip's file name without extension, or the name of its stills' folder; selects one of several videos in a file.
    package let name: String?
    /// Frame size after rotation.
    package let size: PictureSize?
    /// Number of frames; nil if it is not known yet.
    package let frameCount: Int?
    /// True if frames were counted; false if the number is from a header.
    let isCountExact: Bool
    /// Paths of its stills, in order; empty for a video.
    let stills: [String]
    let path: String?
    /// Frames per second; nil if unknown.
    let frameRate: Double?

    package init(
        name: String? = nil, size: PictureSize? = nil, frameCount: Int? = nil, isCountExact: Bool = true, stills: [String] = [],
        path: String? = nil, frameRate: Double? = nil
    ) {
        (self.name, self.size, self.stills, self.path, self.frameRate) = (name, size, stills, path, frameRate)
        (self.frameCount, self.isCountExact) = (frameCount, isCountExact)
    }

    /// The same facts with the counted number of frames.
    func with(frameCount: Int) -> ClipFacts {
        ClipFacts(name: name, size: size, frameCount: frameCount, stills: stills, path: path, frameRate: frameRate)
    }

    /// - Parameters:
    ///   - clip: the opened clip.
    ///   - path: the clip's path as given.
    ///   - size: size of the images the masks were drawn on; nil for the clip's.
    package init(_ clip: VideoClip, path: String, size: PictureSize? = nil) {
        let isPattern = clip.stills != nil && FileNames.stem(path).contains("%")
        self.init(
            name: isPattern ? FileNames.folder(path) : FileNames.stem(path), size: size ?? clip.info.size,
            frameCount: clip.knownFrameCount ?? clip.info.declaredFrames, isCountExact: clip.knownFrameCount != nil,
            stills: clip.stills ?? [], path: path, frameRate: clip.info.frameRate)
    }

    /// Frame of each still by name; empty if two have the same name.
    var frameOfStill: [String: Int] {
        let names = Dictionary(stills.enumerated().map { (FileNames.pictureStem($1), $0) }, uniquingKeysWith: { first, _ in first })
        return names.count == stills.count ? names : [:]
    }

    /// Frame of each still by the number in its name; empty if any has none or several.
    var frameOfStillNumber: [Int: Int] {
        let numbers = (NameNumbers(stills.map(FileNames.pictureStem))?.digits ?? []).compactMap { Int($0) }
        guard numbers.count == stills.count else { return [:] }
        return Dictionary(numbers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A remark to the user about masks that can still be used.
package struct MaskProblem: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A file or mask that was skipped.
        case skipped
        /// An interpretation chosen among several.
        case note
    }

    package let kind: Kind
    /// One line: the file and what was found.
    package let message: String
    /// The object that was skipped as a whole.
    package let track: TrackID?

    package init(_ kind: Kind, _ message: String, track: TrackID? = nil) {
        (self.kind, self.message, self.track) = (kind, message, track)
    }
}
