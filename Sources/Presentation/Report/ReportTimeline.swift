import DAMVideo
import Foundation
import Imaging

/// A track, with the frames in which it and its parts are visible.
struct ReportTimeline {
    let caption: CaptionDocument.Track
    let colour: Colour
    /// Frames in which it is visible.
    let seen: [Range<Int>]
    /// Frames in which each of its parts is visible.
    let parts: [[Range<Int>]]

    init(_ caption: CaptionDocument.Track, _ shown: ShownTrack, seen: [Range<Int>]) {
        (self.caption, colour, self.seen) = (caption, shown.colour, seen)
        parts = ShownCaption.frames(ofPartsOf: shown).map { part in
            seen.map { $0.clamped(to: part) }.filter { !$0.isEmpty }
        }
    }
}

extension ReportPage {
    /// A bar where the track is visible, divided into links to its parts if it has any, and a tick linking to each sample of the
    /// whole.
    func timeline(_ track: ReportTimeline) -> String {
        let caption = track.caption, width = 1000.0, scale = width / Double(max(1, document.video.frames))
        func number(_ value: Double) -> String { String(format: "%.4g", max(0, min(width, value))) }
        func bars(_ ranges: [Range<Int>]) -> String {
            ranges.map {
                """
                <rect x="\(number(Double($0.lowerBound) * scale))" y="5" \
                width="\(number(max(2, Double($0.count) * scale)))" height="10"/>
                """
            }.joined()
        }
        let parts = zip(caption.segments ?? [], track.parts).enumerated().map { index, part in
            "<a href=\"#\(anchor(caption, index + 1))\"><g class=\"\(index % 2 == 0 ? "odd" : "even") part\">"
                + "<title>\(Self.times(part.0)): \(Self.words(part.0.caption))</title>\(bars(part.1))</g></a>"
        }
        let ticks = Set(caption.sampled.map(\.frame)).sorted().map { frame in
            "<a href=\"#\(anchor(caption))-\(frame)\"><rect class=\"tick\" x=\"\(number((Double(frame) + 0.5) * scale - 3))\" y=\"0\" "
                + "width=\"6\" height=\"20\"><title>frame \(frame)</title></rect></a>"
        }
        let whole = parts.isEmpty ? bars(track.seen) : "<g class=\"whole\">\(bars(track.seen))</g>"
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" role=\"img\" "
            + "aria-label=\"seen in frames \(caption.firstFrame) to \(caption.lastFrame)\"><g fill=\"\(Markup.hex(track.colour))\">"
            + whole + parts.joined() + "</g>" + ticks.joined() + "</svg>"
    }

    /// Captions of a track's parts, each linking to its frames; empty for a track without parts.
    func partList(_ track: ReportTimeline) -> String {
        guard let segments = track.caption.segments else { return "" }
        let items = segments.enumerated().map { index, segment in
            """
            <li><a href="#\(anchor(track.caption, index + 1))">\(Self.times(segment))</a> \
            <span>\(Self.words(segment.caption))</span></li>
            """
        }
        return "<div class=\"parts\">\(timeline(track))<ol>\(items.joined(separator: "\n"))</ol></div>\n"
    }

    /// The start of a part's section.
    func partHead(_ segment: CaptionDocument.Segment, part: Int, of track: CaptionDocument.Track) -> String {
        let facts = ["in \(Self.count(segment.visibleFrames, "frame")) of \(segment.firstFrame)–\(segment.lastFrame)"]
            + Self.facts(segment.finishReason, segment.usage, seconds: segment.seconds)
        return """
            <section class="part" id="\(anchor(track, part))"><h3>Part \(part) <small>\(Self.times(segment))</small></h3>
            <p class="facts">\(facts.joined(separator: " · "))</p>
            <p class="words">\(Self.words(segment.caption))</p>
            <div class="samples">

            """
    }

    var partEnd: String { "</section>\n" }

    private static func times(_ segment: CaptionDocument.Segment) -> String {
        "\(ClipTime.text(segment.start))–\(ClipTime.text(segment.end))"
    }
}
