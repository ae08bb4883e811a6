import Imaging
import Media

/// Settings of reading masks whose content does not say how, or says it wrong.
public struct MaskSettings: Sendable, Equatable {
    /// Meaning of an object's absence from an annotated frame.
    public enum Absence: String, Sendable, Codable, CaseIterable {
        /// Nothing: it may be there, and is followed through the frame.
        case notSaid = "not-said"
        /// It is not there.
        case absent
    }

    /// The layout; nil to tell it from the content.
    public var format: MaskFormat?
    /// The clip's frame that the masks' frame 0 belongs to; nil to tell it from the numbers and the clip, 0 where they do
    /// not.
    public var frameOffset: Int?
    /// Clip frames from one frame number of the masks to the next; nil for what the layout has, 4 for SA-V, else 1, and
    /// what numbers and clip tell.
    public var frameStep: Int?
    /// Which of a clip's pictures the masks were drawn on, where it is shown otherwise than it is stored; nil to tell it by
    /// their size.
    public var orientation: MaskOrientation?
    /// Meaning of absence; nil to derive it from the annotated frames.
    public var absence: Absence?
    /// Leave out what cannot be read, as one of the source's `problems`, instead of giving up.
    public var keepsGoing = false

    public init() {}
}

/// Pictures of a clip that is turned or mirrored when it is shown.
public enum MaskOrientation: String, Sendable, CaseIterable, Codable {
    /// Pictures as players show them, after rotation.
    case shown
    /// Pictures as stored in the file, before rotation.
    case stored
}

/// An offset that is not given is written as 0.
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

/// Facts about a clip that are known before its masks are read.
package struct ClipFacts: Sendable {
    /// The clip's file name without extension, or that of the folder its stills are in: which of a file's videos it is.
    package let name: String?
    /// After rotation: how far boxes reach.
    package let size: PictureSize?
    /// Number of frames; nil if it is not known yet.
    package let frameCount: Int?
    /// True if frames were counted, rather than what a header says of them.
    let isCountExact: Bool
    /// Paths of its pictures, in order; none for a video.
    let stills: [String]
    let path: String?
    /// Frames a second; nil if it is not known.
    let frameRate: Double?

    package init(
        name: String? = nil, size: PictureSize? = nil, frameCount: Int? = nil, isCountExact: Bool = true, stills: [String] = [],
        path: String? = nil, frameRate: Double? = nil
    ) {
        (self.name, self.size, self.stills, self.path, self.frameRate) = (name, size, stills, path, frameRate)
        (self.frameCount, self.isCountExact) = (frameCount, isCountExact)
    }

    /// The same clip, once its frames were counted.
    func with(frameCount: Int) -> ClipFacts {
        ClipFacts(name: name, size: size, frameCount: frameCount, stills: stills, path: path, frameRate: frameRate)
    }

    /// - Parameters:
    ///   - clip: open already.
    ///   - path: the clip's, as given.
    ///   - size: of the pictures that masks were drawn on; nil for the clip's.
    package init(_ clip: VideoClip, path: String, size: PictureSize? = nil) {
        let isPattern = clip.stills != nil && FileNames.stem(path).contains("%")
        self.init(
            name: isPattern ? FileNames.folder(path) : FileNames.stem(path), size: size ?? clip.info.size,
            frameCount: clip.knownFrameCount ?? clip.info.declaredFrames, isCountExact: clip.knownFrameCount != nil,
            stills: clip.stills ?? [], path: path, frameRate: clip.info.frameRate)
    }

    /// The frame of each still by its name; none when two are called alike.
    var frameOfStill: [String: Int] {
        let names = Dictionary(stills.enumerated().map { (FileNames.pictureStem($1), $0) }, uniquingKeysWith: { first, _ in first })
        return names.count == stills.count ? names : [:]
    }

    /// The frame of each still by the number in its name; none when they have none, or several each.
    var frameOfStillNumber: [Int: Int] {
        let numbers = (NameNumbers(stills.map(FileNames.pictureStem))?.digits ?? []).compactMap { Int($0) }
        guard numbers.count == stills.count else { return [:] }
        return Dictionary(numbers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// Something a person should know about masks that can be used all the same.
package struct MaskProblem: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A file or a mask that is left out.
        case skipped
        /// A reading that could be meant in another way.
        case note
    }

    package let kind: Kind
    /// One line: the file and what was found.
    package let message: String
    /// The object that is left out as a whole.
    package let track: TrackID?

    package init(_ kind: Kind, _ message: String, track: TrackID? = nil) {
        (self.kind, self.message, self.track) = (kind, message, track)
    }
}
