import Imaging
import Media

/// Error for masks that cannot be used. The description is one line: file, what was found, what was expected.
package struct MaskError: CategorizedError, Equatable {
    package enum Reason: Equatable, Sendable {
        case missing
        /// The file cannot be decoded, or not as object numbers.
        case unreadable(VideoError)
        /// The content does not fit the format, the clip or the other masks.
        case unusable(found: String, expected: String)
        /// A known format that is not supported; `instead` names supported ones.
        case notRead(_ layout: String, instead: String)
        /// A fault at `place` in the file; `problem` says what was found and expected.
        case atPlace(_ place: String, _ problem: String)
        /// The output already exists.
        case outputExists
        /// Writing failed; `cause` is the system's message.
        case notWritten(cause: String)
    }

    /// Path of the file or folder.
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

    /// Joined into one line: names and values in files may contain line breaks.
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

/// Messages used by several readers or writers.
extension MaskError.Reason {
    /// No mask has any pixels.
    package static let emptyMasks = Self.unusable(
        found: "empty masks (no pixel of any object)", expected: "at least one object")

    /// No mask of the track has any pixels.
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

    /// Another file, `other`, belongs to the same frame.
    static func sameFrame(_ frame: Int, other: String) -> Self {
        .unusable(found: "a second mask for frame \(frame) beside \(other)", expected: "one")
    }

    /// The mask's size differs from that of `other`.
    static func sizeDiffers(found: PictureSize, expected: PictureSize, other: String) -> Self {
        .unusable(found: "a mask of \(found)", expected: "\(expected) as in \(other)")
    }

    static func clipSizeDiffers(masks: PictureSize, clip: PictureSize) -> Self {
        .unusable(found: "masks of \(masks)", expected: "\(clip) as the clip")
    }

    /// The output format cannot hold everything; `what` would be lost.
    static func wouldLose(what: String, format: MaskFormat) -> Self {
        .unusable(found: what, expected: "only what \(format.rawValue) can hold")
    }
}
