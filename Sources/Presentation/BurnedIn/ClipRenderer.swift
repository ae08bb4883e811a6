import DAMVideo
import Files
import Foundation
import Imaging
import Masks
import Media

/// Renders a clip with its captions burned in: outlines and ids on the picture, captions of visible objects in a panel next to it
/// or below. Takes one pass through the clip with constant memory. Audio is dropped.
package struct ClipRenderer {
    let clip: VideoClip
    /// The part to render; nil for the whole clip.
    let span: TimeSpan?
    let masks: any MaskSource
    let document: CaptionDocument

    package init(clip: VideoClip, span: TimeSpan?, masks: any MaskSource, document: CaptionDocument) {
        (self.clip, self.span, self.masks, self.document) = (clip, span, masks, document)
    }

    /// Metadata comment that marks a rendering.
    private static let comment = "captions by damvideo"

    /// True if a file is a rendering.
    package static func isRendering(_ path: String) -> Bool { VideoComment.read(path) == comment }

    /// - Parameters:
    ///   - path: path of the MP4, which is written atomically.
    ///   - replaces: true to replace an existing file.
    ///   - onFrame: called with the number of each frame before it is written.
    /// - Throws: `VideoError`, `MaskError`, `TypesettingError`, `InputError` if the part has no frames, and what `onFrame`
    ///   throws.
    package func render(to path: String, replaces: Bool, onFrame: (Int) throws -> Void) throws {
        try OutputFile.write(path, replaces: replaces) { try write(to: $0.path, name: path, onFrame) }
    }

    private func write(to path: String, name: String, _ onFrame: (Int) throws -> Void) throws {
        let info = clip.info, pixelAspect = info.pixelAspect.ratio
        let typesetter = try Typesetter(pixelAspect: pixelAspect)
        let tracks = ShownTrack.all(of: document, masks: masks)
        let held = tracks.map { HeldMasks($0.track, of: masks, frameRate: info.frameRate) }
        let seen = zip(tracks, held).map { ($0, $1.stretches(joining: max(1, Int(info.frameRate)))) }
        let captions = seen.flatMap { track, stretches in ShownCaption.all(of: track).map { ($0.track, $0.clipped(stretches)) } }
        let schedule = CaptionSchedule(captions.map { $1 })
        let panel = try CaptionPanel(
            captions.map { $0.0 }, schedule, pictureWidth: info.width, pictureHeight: info.height, pixelAspect: pixelAspect,
            typesetter: typesetter)
        var painter = try OutlinePainter(
            tracks, masks, held, shortSide: min(info.width, info.height),
            textSize: CaptionPanel.textSize(pictureWidth: info.width, pictureHeight: info.height), typesetter: typesetter)
        let picture = BoundingBox(left: 0, top: 0, width: info.width, height: info.height)
        let size = PictureSize(
            width: panel.isUnder ? max(info.width, panel.width) : info.width + panel.width,
            height: panel.isUnder ? info.height + panel.height : max(info.height, panel.height))
        let encoder = try VideoEncoder(
            path: path, name: name, size: size, pixelAspect: info.pixelAspect, frameRate: info.frameRate,
            comment: Self.comment)
        var canvas = Canvas(width: size.width, height: size.height, CaptionPanel.ground)
        let frames = try clip.frames(in: span)
        var count = 0
        while let frame = try frames.next() {
            try onFrame(frame.index)
            canvas.draw(try frame.image(), left: 0, top: 0)
            try painter.draw(frame: frame.index, on: &canvas, picture: picture)
            try panel.draw(
                schedule.stretch(at: frame.index), frame: frame.index, frameRate: info.frameRate,
                clock: "frame \(frame.index)   \(ClipTime.text(frame.time))", on: &canvas,
                left: panel.isUnder ? 0 : info.width, top: panel.isUnder ? info.height : 0)
            try encoder.add(canvas.image, time: frame.time)
            count += 1
        }
        guard count > 0 else { throw InputError(.invalid, "\(clip.path): found no frame to render, expected one") }
        try encoder.finish()
    }
}

/// Formats times in a clip.
package enum ClipTime {
    /// `m:ss.cc`, or `h:mm:ss.cc` from an hour on.
    package static func text(_ seconds: Double) -> String {
        let hundredths = Int(exactly: (seconds * 100).rounded()).map { max(0, $0) } ?? 0
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        let (minutes, seconds) = whole.quotientAndRemainder(dividingBy: 60)
        return minutes < 60
            ? String(format: "%d:%02d.%02d", minutes, seconds, rest)
            : String(format: "%d:%02d:%02d.%02d", minutes / 60, minutes % 60, seconds, rest)
    }
}
