import DAMVideo
import DescribeAnything
import Imaging
import Media

/// The clip with its captions burned in, and a page about each track.
extension CaptionedClip {
    /// Checks, before any work is done, that the system has what rendering takes.
    /// - Throws: `InputError`: of category `notFound` when there is no font, `invalid` when FFmpeg encodes no H.264.
    public static func checkRendering(to path: String) throws {
        try InputError.translating {
            _ = try Typesetter()
            try VideoEncoder.checkAvailability(path: path)
        }
    }

    /// Checks that the clip can be read again for `render` and `report`.
    /// - Throws: `InputError` of category `usage` for one on standard input.
    public static func checkReadable(again clip: String) throws {
        guard clip != "-" else {
            throw InputError(.usage, "standard input: can be read only once, expected a file to render or to report on")
        }
    }

    /// Writes the clip, or the part of it that counts, with outlines, ids and captions burned in: H.264 in an MP4, without
    /// sound. Captions are in a panel beside or under the picture.
    /// - Parameters:
    ///   - path: of the video; complete or not there at all.
    ///   - replaces: whether a file that is there is replaced.
    ///   - events: told of each frame; what it throws ends the call.
    /// - Throws: `InputError`.
    public func render(to path: String, replaces: Bool = false, events: (CaptionEvent) throws -> Void = { _ in }) throws {
        try Self.checkReadable(again: input.path)
        try input.naming {
            try ClipRenderer(clip: input.clip, span: input.span, masks: masks, document: document).render(to: path, replaces: replaces) {
                try events(.progress(.rendering, done: $0, total: document.video.frames))
            }
        }
    }

    /// Writes a page about the clip's captions: of each track the frames the model was shown, both views of them, caption
    /// and times. It needs no other file and no network.
    /// - Parameters: as `render`.
    /// - Throws: `InputError`.
    public func report(to path: String, replaces: Bool = false, events: (CaptionEvent) throws -> Void = { _ in }) throws {
        try Self.checkReadable(again: input.path)
        try input.naming {
            let report = ClipReport(
                clip: input.clip, span: input.span, masks: masks, document: document, imageProcessor: imageProcessor)
            try report.write(to: path, replaces: replaces) { try events(.progress(.reporting, done: $0, total: document.video.frames)) }
        }
    }
}
