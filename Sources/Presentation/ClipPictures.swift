import DAMVideo
import Imaging
import Media

/// What people look at when a clip is captioned: the clip with its captions burned in, and a page about each track.
extension ClipPlan {
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
            throw InputError(
                .usage, "standard input: can be read only once, expected a file to render or to report on")
        }
    }

    /// Writes the clip, or the part of it that counts, with outlines, ids and captions burned in: H.264 in an MP4, without
    /// sound. Captions are in a panel beside or under the picture.
    /// - Parameters:
    ///   - document: what `VideoCaptioner.caption` made of this plan.
    ///   - path: of the video; complete or not there at all. What is there is replaced.
    ///   - progress: told of each frame; what it throws ends the call.
    /// - Throws: `InputError`.
    public func render(
        _ document: CaptionDocument, to path: String, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws {
        try Self.checkReadable(again: self.path)
        guard let masks else { return }
        try InputError.translating {
            try ClipRenderer(clip: clip, span: span, masks: masks, document: document).render(to: path) {
                try progress(.rendering(frame: $0, of: document.video.frames))
            }
        }
    }

    /// Writes a page about the clip's captions: of each track the frames the model was shown, both views of them, caption
    /// and times. It needs no other file and no network.
    /// - Parameters: as `render`.
    /// - Throws: `InputError`.
    public func report(
        _ document: CaptionDocument, to path: String, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws {
        try Self.checkReadable(again: self.path)
        guard let masks else { return }
        try InputError.translating {
            let report = ClipReport(
                clip: clip, span: span, masks: masks, document: document, imageProcessor: imageProcessor)
            try report.write(to: path) { try progress(.reporting(frame: $0, of: document.video.frames)) }
        }
    }
}
