import DAMVideo
import DescribeAnything
import Imaging
import Media

/// Renders the clip with captions burned in, and an HTML report about each track.
extension CaptionedClip {
    /// Checks, before any work is done, that the system provides what rendering needs.
    /// - Throws: `InputError`: of category `notFound` without fonts, `invalid` if FFmpeg cannot encode H.264.
    public static func checkRendering(to path: String) throws {
        try InputError.translating {
            _ = try Typesetter()
            try VideoEncoder.checkAvailability(path: path)
        }
    }

    /// Checks that the clip can be read again for `render` and `report`.
    /// - Throws: `InputError` of category `usage` for standard input.
    public static func checkReadable(again clip: String) throws {
        guard clip != "-" else {
            throw InputError(.usage, "standard input: can be read only once, expected a file to render or to report on")
        }
    }

    /// Renders the clip, or the captioned part of it, with outlines, ids and captions burned in, as H.264 in an MP4 without
    /// audio. Captions are in a panel next to the picture or below.
    /// - Parameters:
    ///   - path: path of the video, which is written atomically.
    ///   - replaces: true to replace an existing file.
    ///   - events: called for each frame; an error it throws ends the call.
    /// - Throws: `InputError`.
    public func render(to path: String, replaces: Bool = false, events: (CaptionEvent) throws -> Void = { _ in }) throws {
        try Self.checkReadable(again: input.path)
        try input.naming {
            try ClipRenderer(clip: input.clip, span: input.span, masks: masks, document: document).render(to: path, replaces: replaces) {
                try events(.progress(.rendering, done: $0, total: document.video.frames))
            }
        }
    }

    /// Writes a report about the clip's captions: for each track the frames shown to the model, both views of them, caption and
    /// times. It is one file that needs no network.
    /// - Parameters: as for `render`.
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
