import Evaluation
import Files
import Foundation
import Imaging
import Media
import Presentation

/// HTML report with tables, histograms and example records, in one file without scripts.
package struct PipelinePage {
    /// Records per gallery.
    private static let shown = 50
    /// Longer side of the images, in pixels.
    private static let longSide = 360
    private static let quantiser = 6
    private static let style = """
        .bars { display: flex; align-items: flex-end; gap: 1px; height: 5rem; margin-top: .4rem; }
        .bars span { flex: 1; display: flex; flex-direction: column-reverse; height: 100%; } .bars i { display: block; }
        .kept { background: #0072b2; } .dropped { background: #d55e00; opacity: .75; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem 1rem; }
        .gallery figure > div { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem; align-items: start; }
        .histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; }
        """

    private let report: PipelineReport
    private let media: RegionMedia
    /// Score by which the galleries are sorted; nil if the records have none.
    private let order: String?

    /// - Parameter order: name of a score; nil for the first of margin, consistency and mean_logprob that the records have.
    /// - Throws: `InputError` for a score that no record has.
    package init(_ report: PipelineReport, root: MediaRoot, order: String? = nil) throws {
        let names = report.figures.map(\.name)
        if let order, !names.contains(order) {
            throw InputError(.usage, "--by \(order)", found: "no record with it", expected: names.joined(separator: ", "))
        }
        (self.report, media) = (report, RegionMedia(root: root))
        self.order = order ?? ["margin", "consistency", "mean_logprob"].first(where: names.contains) ?? names.first
    }

    /// - Returns: the facts stored next to the report.
    /// - Throws: `InputError` if it cannot be written, or an image is damaged.
    package func write(to path: String, replaces: Bool) throws -> StepResult {
        try InputFiles(report.files).refuse(path)
        var meta = StepMeta(
            step: "report", options: ["by": order.map { .string($0) } ?? .null],
            inputs: try report.files.map { StepMeta.Input(path: $0, digest: try ContentDigest.of(file: $0)) }, shard: nil)
        if let known = try meta.finished(path, overwrites: replaces, digest: { try ContentDigest.of(file: path) }) {
            return StepResult(meta: known, wasThere: true)
        }
        try OutputFile.write(path, replaces: replaces) { target in
            let file = try target.open()
            func write(_ text: String) throws { try OutputFile.translating(path) { try file.write(contentsOf: Data(text.utf8)) } }
            try write(head + tables + histograms)
            for (title, places) in try galleries() { try writeGallery(title, places, write) }
            try write("</main></body></html>\n")
        }
        (meta.records, meta.digest) = (report.records.count, try ContentDigest.of(file: path))
        try meta.write(beside: path)
        return StepResult(meta: meta, wasThere: false)
    }

    private var head: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"/><meta name="generator" content="damvideo"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/><title>Data pipeline</title>
        <style>\(ReportStyle.sheet)
        \(Self.style)</style></head><body><header><h1>Data pipeline</h1>
        <p>\(Markup.escaped(report.stages.map(\.name).joined(separator: " \u{2192} ")))</p></header><main>

        """
    }

    private var tables: String {
        let stages = report.stages.map { stage -> [String] in
            let counts = stage.counts.groups.sorted { $0.key < $1.key }.flatMap { group in
                group.value.sorted { $0.key < $1.key }.map { "\(group.key) \($0.key): \($0.value)" }
            }
            return [stage.step, stage.name, "\(stage.pictures)", "\(stage.records)", "\(stage.failed)", counts.joined(separator: ", ")]
        }
        let classes = report.classes.prefix(50).map { [$0.name.isEmpty ? "(none)" : $0.name, "\($0.regions)", "\($0.kept)"] }
        let texts = [("words", report.words), ("sentences", report.sentences)].compactMap { name, spread in
            spread.map { [name, Self.number($0.mean), Self.number($0.least), Self.number($0.median), Self.number($0.greatest)] }
        }
        let agreements = report.agreements.map { [$0.one, $0.other, Self.number($0.value)] }
        let paper = PipelineReport.paper.map { [$0.set, "\($0.pictures)", "\($0.regions)"] }
        return table("Steps", ["step", "file", "pictures, clips", "regions", "failed", "counts"], stages)
            + table("Captions", ["", "mean", "least", "median", "greatest"], texts)
            + table("Classes (\(report.classes.count))", ["class", "regions", "kept"], classes)
            + table("Rank correlation of figures", ["figure", "figure", "correlation"], agreements)
            + table("Amounts of the paper", ["set", "pictures, clips", "regions"], paper)
    }

    private func table(_ title: String, _ names: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        let head = names.map { "<th>\(Markup.escaped($0))</th>" }.joined()
        let body = rows.map { "<tr>\($0.map { "<td class=\"label\">\(Markup.escaped($0))</td>" }.joined())</tr>" }.joined(separator: "\n")
        return "<article><h2>\(Markup.escaped(title))</h2><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></article>\n"
    }

    private var histograms: String {
        let parts = report.figures.map { figure -> String in
            let highest = max(1, zip(figure.kept, figure.dropped).map(+).max() ?? 1)
            let bars = zip(figure.kept, figure.dropped).map { kept, dropped in
                "<span><i class=\"kept\" style=\"height:\(100 * kept / highest)%\"></i>"
                    + "<i class=\"dropped\" style=\"height:\(100 * dropped / highest)%\"></i></span>"
            }
            let facts = "\(Self.number(figure.all.least)) to \(Self.number(figure.all.greatest)), mean \(Self.number(figure.all.mean)), "
                + "\(figure.all.count) records"
            return "<div><h3>\(Markup.escaped(figure.name))</h3><div class=\"bars\">\(bars.joined())</div>"
                + "<p class=\"facts\">\(facts)</p></div>"
        }
        guard !parts.isEmpty else { return "" }
        return "<article><h2>Figures</h2><p class=\"facts\">kept blue, dropped orange</p>"
            + "<div class=\"histograms\">\(parts.joined())</div></article>\n"
    }

    /// Titles and record positions of the galleries.
    private func galleries() throws -> [(String, [Int])] {
        guard let order else { return [("Records", Array((0..<report.records.count).prefix(Self.shown)))] }
        var values: [(place: Int, value: Double, isKept: Bool)] = []
        for place in 0..<report.records.count {
            let record = try report.records.record(place)
            if let value = record.figure(order) { values.append((place, value, record.isKept)) }
        }
        let sorted = values.sorted { $0.value == $1.value ? $0.place < $1.place : $0.value > $1.value }
        var galleries = [
            ("Best by \(order)", sorted.prefix(Self.shown).map(\.place)), ("Worst by \(order)",
                sorted.reversed().prefix(Self.shown).map(\.place)),
        ]
        if sorted.contains(where: { !$0.isKept }), let threshold = sorted.last(where: \.isKept)?.value {
            let near = sorted.sorted { abs($0.value - threshold) < abs($1.value - threshold) }.prefix(Self.shown)
            galleries.append(("At the threshold of \(order)", near.map(\.place)))
        }
        return galleries
    }

    private func writeGallery(_ title: String, _ places: [Int], _ write: (String) throws -> Void) throws {
        try write("<article><h2>\(Markup.escaped(title))</h2><div class=\"gallery\">\n")
        for place in places { try write(figure(report.records.record(place))) }
        try write("</div></article>\n")
    }

    private func figure(_ record: Record) throws -> String {
        let facts = record.figureNames.compactMap { name in record.figure(name).map { "\(name) \(Self.number($0))" } }
        let state = record.isKept ? "" : "<br/>dropped: \(Markup.escaped(record.reasons.joined(separator: "; ")))"
        return """
            <figure><div>\(try pictures(record))</div><figcaption><b>\(Markup.escaped(record.keyword ?? ""))</b> \
            \(Markup.escaped(try record.caption ?? "")) <br/>\(Markup.escaped(facts.joined(separator: ", ")))\(state)<br/>\
            <code>\(Markup.escaped(record.id))</code></figcaption></figure>

            """
    }

    /// The middle frame with the region's outline, and the crop; empty if the media file is missing.
    private func pictures(_ record: Record) throws -> String {
        guard FileStatus(media.root.path(of: record.media)) != nil else { return "" }
        let masks = try record.masks()
        guard !masks.isEmpty else { return "" }
        var images: [RGBImage] = []
        try media.read([(record, [masks[masks.count / 2]])]) { _, _, picture, mask in
            guard let region = RegionPicture(picture, mask) else { return }
            var views = RegionPictures()
            views.kind = .outline
            images = [region.outlined] + (try views.views(picture, mask))
        }
        return try images.map { "<img alt=\"\" src=\"\(Markup.source(try jpeg($0)))\"/>" }.joined()
    }

    private func jpeg(_ picture: RGBImage) throws -> Data {
        let scale = min(1, Double(Self.longSide) / Double(max(picture.width, picture.height)))
        let size = PictureSize(
            width: max(1, Int((Double(picture.width) * scale).rounded())), height: max(1, Int((Double(picture.height) * scale).rounded())))
        let pixels = resizeBicubic(
            picture.pixels, width: picture.width, height: picture.height, channels: 3, outputWidth: size.width, outputHeight: size.height)
        let small = RGBImage(width: size.width, height: size.height, pixels: pixels)
        return Data(try InputError.translating { try JPEGEncoder(size: size, quantiser: Self.quantiser, path: "a page").jpeg(small) })
    }

    private static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? String(format: "%.3f", value) }
}
