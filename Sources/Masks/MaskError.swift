import Imaging
import Media

/// Masks that cannot be used. The description is one line: file, what was found, what was expected.
package struct MaskError: CategorizedError, Equatable {
    package enum Reason: Equatable, Sendable {
        case missing
        case notAFolder
        /// Nothing in the folder is a mask; `contents` says what is there.
        case noMasks(contents: String)
        /// A name without a frame number at its end.
        case notNumbered
        /// Another file, `other`, is for the same frame.
        case sameFrame(Int, other: String)
        /// A picture, but not a PNG.
        case notPNG
        /// The file cannot be decoded, or not as object numbers.
        case unreadable(VideoError)
        /// A mask of another size than `other` in the same folder.
        case sizeDiffers(found: PictureSize, expected: PictureSize, other: String)
        /// No mask has a pixel of any object.
        case emptyMasks
        case clipSizeDiffers(masks: PictureSize, clip: PictureSize)
        /// A mask for a frame the clip does not have.
        case beyondClip(frame: Int, frameCount: Int)
        /// A drawn region, counted from 1, without a pixel of the clip.
        case outsidePicture(region: Int, size: PictureSize)
        case unknownTrack(TrackID, known: [TrackID])
        /// The track has no mask at this frame.
        case notVisible(TrackID, frame: Int)
        /// The content is not what the layout has.
        case unusable(found: String, expected: String)
        /// Something in the file at `place`; `problem` says what was found and expected.
        case atPlace(_ place: String, _ problem: String)
        /// No mask of the track has a pixel.
        case emptyTrack(TrackID)
        /// A frame offset that moves a mask before the clip's first frame.
        case beforeClip(frame: Int)
        /// The output is there already.
        case outputExists
        /// The system failed to write; `cause` is its message.
        case notWritten(cause: String)
        /// The layout to write cannot hold everything; `what` is what would be lost.
        case wouldLose(what: String, format: MaskFormat)
    }

    /// The file or folder at fault.
    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var category: InputError.Category {
        switch reason {
        case .missing: .notFound
        case .outputExists: .outputExists
        case .unreadable(let error): error.category
        case .notWritten: .inputOutput
        default: .invalid
        }
    }

    /// Whether the error is about one file among many, without which the rest can be used.
    package var concernsOneFile: Bool {
        switch reason {
        case .notNumbered, .notPNG, .unreadable, .sizeDiffers, .beyondClip, .unusable, .atPlace: true
        default: false
        }
    }

    package var description: String {
        switch reason {
        case .missing:
            "\(path): no such file or folder"
        case .notAFolder:
            "\(path): found a file, expected a folder of label PNGs"
        case .noMasks(let contents):
            "\(path): found \(contents), expected label PNGs named by frame, such as 00000.png"
        case .notNumbered:
            "\(path): found a name without a number at its end, expected a frame number, such as 00000.png"
        case .sameFrame(let frame, let other):
            "\(path): found a second mask for frame \(frame) beside \(other), expected one"
        case .notPNG:
            "\(path): found a picture that is not a PNG, expected label PNGs only"
        case .unreadable(let error):
            error.description
        case .sizeDiffers(let found, let expected, let other):
            "\(path): found a mask of \(found), expected \(expected) as in \(other)"
        case .emptyMasks:
            "\(path): found empty masks (no pixel of any object), expected at least one object"
        case .clipSizeDiffers(let masks, let clip):
            "\(path): found masks of \(masks), expected \(clip) as the clip"
        case .beyondClip(let frame, let frameCount):
            "\(path): found a mask for frame \(frame), expected none after frame \(frameCount - 1): the clip has \(frameCount) frames"
        case .outsidePicture(let region, let size):
            "\(path): found region \(region) outside the picture, expected at least one pixel of \(size)"
        case .unknownTrack(let id, let known):
            "\(path): found no track \(id), expected one of \(known.map(\.description).joined(separator: ", "))"
        case .notVisible(let id, let frame):
            "\(path): found nothing of track \(id) at frame \(frame), expected a mask"
        case .unusable(let found, let expected):
            "\(path): found \(found), expected \(expected)"
        case .atPlace(let place, let problem):
            "\(path): \(place): \(problem)"
        case .emptyTrack(let id):
            "\(path): found an empty track \(id) (no pixel in any frame), expected at least one"
        case .beforeClip(let frame):
            "\(path): found a mask moved to frame \(frame), expected 0 or more: the frame offset is too low"
        case .outputExists:
            "\(path): exists already (--overwrite replaces it)"
        case .notWritten(let cause):
            "\(path): cannot be written: \(cause)"
        case .wouldLose(let what, let format):
            "\(path): found \(what), expected only what \(format.rawValue) can hold"
        }
    }
}
