import DAMVideo
import Files
import Foundation
import Imaging
import Masks

/// Parts of a report, as HTML that is also well-formed XML. All external text is escaped by `Markup.escaped`, and the page's
/// content security policy permits only its own images and style.
struct ReportPage {
    /// Element that identifies a report.
    static let generator = #"<meta name="generator" content="damvideo"/>"#

    /// The JPEGs of a sample.
    struct Images {
        let frame: Data
        let full: Data
        let region: Data
    }

    let document: CaptionDocument
    /// Number of pixels in a frame.
    let pixels: Int

    /// The page up to the tracks.
    func head(_ tracks: [ReportTimeline]) -> String {
        let name = Markup.escaped(URL(filePath: document.video.path).lastPathComponent.withReadablePaths)
        let areLabelled = tracks.contains { $0.caption.label != nil }
        let rows = tracks.map { track in
            """
            <tr><th scope="row">\(chip(track.caption, track.colour))</th>\
            \(areLabelled ? "<td class=\"label\">\(Markup.escaped(track.caption.label ?? ""))</td>" : "")\
            <td>\(ClipTime.text(track.caption.start))–\(ClipTime.text(track.caption.end))</td>\
            <td class="line">\(timeline(track))</td></tr>
            """
        }
        let table = tracks.isEmpty ? "<p>No track was captioned.</p>" : """
            <table><thead><tr><th scope="col">Track</th>\
            \(areLabelled ? "<th scope=\"col\">Label</th>" : "")<th scope="col">Seen</th>\
            <th scope="col">When, and the frames the model was shown</th></tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            """
        return """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/>
            \(Self.generator)
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>\(name): captions of \(Self.count(tracks.count, "track"))</title>
            <style>\(ReportStyle.sheet)</style></head><body>
            <header><h1>\(name)</h1>
            <p>\(Self.count(tracks.count, "track")) captioned\(failed)</p>
            <div class="facts">\(facts)</div>
            \(problems)\(leftOut)
            </header>
            <main>
            <section aria-label="Overview">\(table)</section>
            <p class="note">Of each track: the frames the model was shown, and under each the two views of it that the model \
            was given, the whole frame and the object with its surroundings, squeezed to a square. The mask is drawn here; \
            the model gets it apart from the picture. Areas are pixels of the clip.</p>

            """
    }

    /// The start of a track's article.
    func trackHead(_ timeline: ReportTimeline) -> String {
        let track = timeline.caption
        let facts = [
            "seen \(ClipTime.text(track.start))–\(ClipTime.text(track.end))",
            "in \(Self.count(track.visibleFrames, "frame")) of \(track.firstFrame)–\(track.lastFrame)",
        ] + (track.stationary == true ? ["stays at its place"] : []) + Self.facts(track.finishReason, track.usage, seconds: track.seconds)
        let title = track.label.map { "\(Markup.escaped($0)) <small>track \(Markup.escaped(track.id.description))</small>" }
            ?? "Track \(Markup.escaped(track.id.description))"
        return """
            <article id="\(anchor(track))"><h2>\(chip(track, timeline.colour)) <span>\(title)</span></h2>
            <p class="facts">\(facts.joined(separator: " · "))</p>
            <blockquote><p>\(Self.words(track.caption))</p></blockquote>
            \(partList(timeline))<div class="samples">

            """
    }

    /// Facts about an answer.
    static func facts(_ finishReason: String, _ usage: CaptionDocument.Usage, seconds: Double) -> [String] {
        let end = finishReason == "stop" ? "complete" : finishReason == "length"
            ? "cut off at \(usage.completionTokens) tokens" : Markup.escaped(finishReason)
        return [end, "\(usage.completionTokens) tokens after a prompt of \(usage.promptTokens)", "\(seconds) s"]
    }

    /// A caption as displayed.
    static func words(_ caption: String) -> String { caption.isEmpty ? "(no words)" : Markup.escaped(caption) }

    /// One frame shown to the model.
    /// - Parameters:
    ///   - repeats: number of times it was shown.
    ///   - part: one-based number of the part; nil for the whole track.
    ///   - images: nil if it could not be decoded again.
    func sample(
        _ sample: CaptionDocument.Sample, repeats: Int, of track: CaptionDocument.Track, part: Int?, _ images: Images?
    ) -> String {
        let id = Markup.escaped(track.id.description)
        let share = Double(sample.area) / Double(max(1, pixels)) * 100
        var facts = [
            "frame \(sample.frame)", "\(Self.count(sample.area, "pixel")) (\(String(format: share < 10 ? "%.2g" : "%.0f", share)) %)",
            "mask \(Markup.escaped(sample.mask))",
        ]
        if repeats > 1 { facts.append("shown \(repeats) times") }
        let pictures = images.map {
            """
            <img class="frame" src="\(Markup.source($0.frame))" alt="Frame \(sample.frame), track \(id) outlined"/>
            <div class="views"><img src="\(Markup.source($0.full))" alt="Frame \(sample.frame) as the model saw it whole"/>\
            <img src="\(Markup.source($0.region))" alt="Frame \(sample.frame) as the model saw the surroundings of track \(id)"/></div>
            """
        }
        return """
            <figure id="\(anchor(track, part))-\(sample.frame)">
            \(pictures ?? "<p>This frame could not be decoded again.</p>")
            <figcaption><b>\(ClipTime.text(sample.time))</b> · \
            \(facts.map { "<span>\($0)</span>" }.joined(separator: " · "))</figcaption></figure>

            """
    }

    /// Markup after the samples of a track or part.
    let samplesEnd = "</div>\n"

    let trackEnd = "</article>\n"

    /// Markup after the last track.
    var end: String {
        """
        </main>
        <footer><p>\(Markup.escaped(document.tool.name)) \(Markup.escaped(document.tool.version)), \
        \(Markup.escaped(document.schema))</p></footer>
        </body></html>

        """
    }

    private var failed: String {
        let ids = Set(document.tracks.map(\.id)), failures = document.errors.compactMap(\.track)
        let parts = failures.count { ids.contains($0) }, tracks = failures.count - parts
        return (tracks == 0 ? "" : ", \(tracks) failed") + (parts == 0 ? "" : ", \(Self.count(parts, "part")) of tracks failed")
    }

    private var facts: String {
        let video = document.video, model = document.model, options = model.generation
        let topK = options.topK.map { "top-k \($0), " } ?? ""
        let drawing = options.numBeams > 1 ? "\(options.numBeams) beams" : options.temperature == 0
            ? "greedy decoding"
            : "temperature \(options.temperature), top-p \(options.topP), \(topK)seed \(options.seed)"
        return list("Clip", [
            ("File", video.path), ("Picture", "\(video.width) × \(video.height)"),
            ("Length",
             "\(ClipTime.text(video.duration)), \(Self.count(video.frames, "frame")), \(String(format: "%.4g", video.fps)) a second"),
        ]) + list("Model", [
            ("Checkpoint", "\(model.path) (\(model.weights))"), ("Answers", "\(drawing); at most \(options.maxNewTokens) tokens"),
            ("Question", Self.shortened(([model.query] + [model.hint].compactMap(\.self)).joined(separator: " "))),
        ])
    }

    private func list(_ title: String, _ facts: [(String, String)]) -> String {
        "<section><h2>\(title)</h2><dl>"
            + facts.map { "<dt>\($0)</dt><dd>\(Markup.escaped($1))</dd>" }.joined() + "</dl></section>"
    }

    private var problems: String {
        guard !document.errors.isEmpty else { return "" }
        let items = document.errors.map { problem in
            "<li>\(problem.track.map { "<b>Track \(Markup.escaped($0.description)):</b> " } ?? "")\(Markup.escaped(problem.message)) "
                + "<code>\(Markup.escaped(problem.code))</code></li>"
        }
        return "<section class=\"problems\"><h2>Problems</h2><ul>\(items.joined())</ul></section>"
    }

    /// Tracks that were detected but not captioned.
    private var leftOut: String {
        guard let tracks = document.leftOut, !tracks.isEmpty else { return "" }
        let items = tracks.map { track in
            let name = track.label.map { "\($0), track \(track.id)" } ?? "Track \(track.id)"
            return "<li><b>\(Markup.escaped(name)):</b> in \(Self.count(track.visibleFrames, "frame")) of "
                + "\(track.firstFrame)–\(track.lastFrame), \(Markup.escaped(track.reason))</li>"
        }
        return "<section class=\"problems\"><h2>Found, not captioned</h2><ul>\(items.joined())</ul></section>"
    }

    private func chip(_ track: CaptionDocument.Track, _ colour: Colour) -> String {
        "<a class=\"chip\" href=\"#\(anchor(track))\" style=\"background:\(Markup.hex(colour));color:\(Markup.hex(colour.readable))\">"
            + "\(Markup.escaped(track.id.description))</a>"
    }

    /// Anchor of a track or part, by its number in the document, because an id may be any text.
    func anchor(_ track: CaptionDocument.Track, _ part: Int? = nil) -> String {
        "track-\((document.tracks.firstIndex { $0.id == track.id } ?? 0) + 1)" + (part.map { "-part-\($0)" } ?? "")
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The question, with repeated frame placeholders abbreviated.
    private static func shortened(_ query: String) -> String {
        query.replacing(/(<image>){2,}/) { "<image> × \($0.0.count / "<image>".count)" }
    }
}
