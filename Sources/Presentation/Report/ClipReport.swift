import DAMVideo
import DescribeAnything
import Files
import Foundation
import Masks
import Media

/// Writes an HTML report about a clip's captions and the frames they were made from: one file without network access or scripts.
/// Memory does not grow with the number of tracks.
package struct ClipReport {
    let clip: VideoClip
    /// The captioned part of the clip; nil for the whole clip.
    let span: TimeSpan?
    let masks: any MaskSource
    let document: CaptionDocument
    let imageProcessor: ImageProcessor

    package init(
        clip: VideoClip, span: TimeSpan?, masks: any MaskSource, document: CaptionDocument, imageProcessor: ImageProcessor
    ) {
        (self.clip, self.span, self.masks) = (clip, span, masks)
        (self.document, self.imageProcessor) = (document, imageProcessor)
    }

    /// True if a file is a report.
    package static func isReport(_ path: String) -> Bool {
        guard let head = try? openFile(path)?.read(upToCount: 1024) else { return false }
        return head.range(of: Data(ReportPage.generator.utf8)) != nil
    }

    /// - Parameters:
    ///   - path: path of the report, which is written atomically.
    ///   - replaces: true to replace an existing file.
    ///   - onFrame: called with the number of each frame passed.
    /// - Throws: `VideoError`, `MaskError`, `InputError` if it cannot be written, and what `onFrame` throws.
    package func write(to path: String, replaces: Bool, onFrame: (Int) throws -> Void) throws {
        let shown = Dictionary(
            ShownTrack.all(of: document, masks: masks).map { ($0.track.id, $0) }, uniquingKeysWith: { first, _ in first })
        let tracks = document.tracks.compactMap { track in shown[track.id].map { (caption: track, shown: $0) } }
        var wanted: [Int: [(index: Int, track: ShownTrack)]] = [:]
        for (index, track) in tracks.enumerated() {
            let samples = track.caption.sampled + (track.caption.segments ?? []).flatMap(\.sampled)
            for frame in Set(samples.map(\.frame)) { wanted[frame, default: []].append((index, track.shown)) }
        }
        var pictures = try ReportPictures(
            imageProcessor, size: clip.info.size, count: wanted.values.reduce(0) { $0 + $1.count }, path: path)
        let frames = try clip.frames(wanted.keys, in: span)
        while let frame = try frames.next(onFrame: onFrame) {
            if let samples = wanted[frame.index] { try pictures.add(frame, of: samples, masks: masks) }
        }
        let timelines = tracks.map { track in
            let held = HeldMasks(track.shown.track, of: masks, frameRate: clip.info.frameRate)
            return ReportTimeline(track.caption, track.shown, seen: held.stretches(joining: 1))
        }
        try OutputFile.write(path, replaces: replaces) { target in
            let page = ReportPage(document: document, pixels: clip.info.width * clip.info.height)
            let file = try target.open()
            func write(_ text: String) throws {
                try OutputFile.translating(path) { try file.write(contentsOf: Data(text.utf8)) }
            }
            try write(page.head(timelines))
            for (index, timeline) in timelines.enumerated() {
                let track = timeline.caption
                try write(page.trackHead(timeline))
                try writeSamples(track.sampled, of: track, part: nil, index, page, pictures, write)
                for (number, segment) in (track.segments ?? []).enumerated() {
                    try write(page.partHead(segment, part: number + 1, of: track))
                    try writeSamples(segment.sampled, of: track, part: number + 1, index, page, pictures, write)
                    try write(page.partEnd)
                }
                try write(page.trackEnd)
            }
            try write(page.end)
        }
    }

    /// Writes the frames of a caption.
    /// - Parameters:
    ///   - part: one-based number of the part; nil for the whole track.
    ///   - index: index of the track among the pictures.
    private func writeSamples(
        _ samples: [CaptionDocument.Sample], of track: CaptionDocument.Track, part: Int?, _ index: Int, _ page: ReportPage,
        _ pictures: ReportPictures, _ write: (String) throws -> Void
    ) throws {
        for (position, sample) in samples.enumerated() where position == 0 || samples[position - 1].frame != sample.frame {
            let repeats = samples.count { $0.frame == sample.frame }
            let stored = pictures.sample(ReportPictures.Key(track: index, frame: sample.frame))
            let images = try stored.map {
                ReportPage.Images(
                    frame: try pictures.jpeg($0.frame), full: try pictures.jpeg($0.full), region: try pictures.jpeg($0.region))
            }
            try write(page.sample(sample, repeats: repeats, of: track, part: part, images))
        }
        try write(page.samplesEnd)
    }
}
