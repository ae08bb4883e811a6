import Imaging
import Media

/// Masks that cannot be used. The description is one line: file, what was found, what was expected.
package struct MaskError: CategorizedError, Equatable {
    package enum Reason: Equatable, Sendable {
        case missing
        /// The file cannot be decoded, or not as object numbers.
        case unreadable(VideoError)
        /// The content is not what the layout, the clip or the other masks ask for.
        case unusable(found: String, expected: String)
        /// A layout that is known and not read; `instead` are some that are.
        case notRead(_ layout: String, instead: String)
        /// Something in the file at `place`; `problem` says what was found and expected.
        case atPlace(_ place: String, _ problem: String)
        /// The output is there already.
        case outputExists
        /// The system failed to write; `cause` is its message.
        case notWritten(cause: String)
    }

    /// The file or folder at fault.
    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    init(path: String, found: String, expected: String) {
        self.init(path: path, reason: .unusable(found: found, expected: expected))
    }

    package var category: InputError.Category {
        switch reason {
        case .missing: .notFound
        case .outputExists: .outputExists
        case .unreadable(let error): error.category
        case .notWritten: .inputOutput
        case .unusable, .notRead, .atPlace: .invalid
        }
    }

    /// Names and values in files may have line breaks in them.
    package var description: String { sentence.split(whereSeparator: \.isNewline).joined(separator: " ") }

    private var sentence: String {
        switch reason {
        case .missing: "\(path): no such file or folder"
        case .unreadable(let error): error.description
        case .unusable(let found, let expected): InputError(category, path, found: found, expected: expected).description
        case .notRead(let layout, let instead):
            InputError(category, path, found: "\(layout), which is not read", expected: instead).description
        case .atPlace(let place, let problem): "\(path): \(place): \(problem)"
        case .outputExists: "\(path): exists already (--overwrite replaces it)"
        case .notWritten(let cause): "\(path): cannot be written: \(cause)"
        }
    }
}

/// Sentences of more than one reader or writer.
extension MaskError.Reason {
    /// No mask has a pixel of any object.
    package static let emptyMasks = Self.unusable(
        found: "empty masks (no pixel of any object)", expected: "at least one object")

    /// No mask of the track has a pixel.
    static func emptyTrack(_ id: TrackID) -> Self {
        .unusable(found: "an empty track \(id) (no pixel in any frame)", expected: "at least one")
    }

    /// The track has no mask at this frame.
    package static func notVisible(_ id: TrackID, frame: Int) -> Self {
        .unusable(found: "nothing of track \(id) at frame \(frame)", expected: "a mask")
    }

    package static func unknownTrack(_ id: TrackID, known: [TrackID]) -> Self {
        .unusable(found: "no track \(id)", expected: "one of \(known.map(\.description).joined(separator: ", "))")
    }

    /// Another file, `other`, is for the same frame.
    static func sameFrame(_ frame: Int, other: String) -> Self {
        .unusable(found: "a second mask for frame \(frame) beside \(other)", expected: "one")
    }

    /// A mask of another size than `other`.
    static func sizeDiffers(found: PictureSize, expected: PictureSize, other: String) -> Self {
        .unusable(found: "a mask of \(found)", expected: "\(expected) as in \(other)")
    }

    static func clipSizeDiffers(masks: PictureSize, clip: PictureSize) -> Self {
        .unusable(found: "masks of \(masks)", expected: "\(clip) as the clip")
    }

    /// The layout to write cannot hold everything; `what` would be lost.
    static func wouldLose(what: String, format: MaskFormat) -> Self {
        .unusable(found: what, expected: "only what \(format.rawValue) can hold")
    }
}
