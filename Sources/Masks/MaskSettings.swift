import Imaging

/// How masks are read when their content does not say, or says it wrong.
public struct MaskSettings: Sendable, Equatable, Codable {
    /// The layout; nil to tell it from the content.
    public var format: MaskFormat?
    /// The clip's frame that the masks' frame 0 belongs to.
    public var frameOffset = 0
    /// Clip frames from one frame number of the masks to the next; nil for what the layout has: 4 for SA-V, else 1.
    public var frameStep: Int?
    /// Which of a clip's pictures the masks were drawn on, where it is shown otherwise than it is stored; nil to tell it by
    /// their size.
    public var orientation: MaskOrientation?
    /// Leave out what cannot be read, as one of the source's `problems`, instead of giving up.
    public var keepsGoing = false

    enum CodingKeys: String, CodingKey {
        case format, orientation
        case frameOffset = "frame_offset"
        case frameStep = "frame_step"
        case keepsGoing = "keep_going"
    }

    public init() {}
}

/// Pictures of a clip that is turned or mirrored when it is shown.
public enum MaskOrientation: String, Sendable, CaseIterable, Codable {
    /// As players show them.
    case shown
    /// As the file has them.
    case stored
}

/// What is known about the clip before its masks are read.
package struct ClipFacts: Sendable {
    /// The clip's file name without extension: which of a file's videos it is.
    package let name: String?
    /// After rotation: how far boxes reach.
    package let size: PictureSize?

    package init(name: String? = nil, size: PictureSize? = nil) {
        self.name = name
        self.size = size
    }

    /// - Parameter path: of the clip.
    package init(path: String, size: PictureSize?) {
        self.init(name: FileNames.stem(path), size: size)
    }
}

/// Something a person should know about masks that can be used all the same.
package struct MaskProblem: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A file or a mask that is left out.
        case skipped
        /// How something was understood that could be meant in another way.
        case note
    }

    package let kind: Kind
    /// One line: the file and what was found.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
