import Foundation
import Imaging
import Presentation

/// Parts of an HTML report, without scripts, that shows where each region lost points. Regions with the lowest scores come first.
struct DLCPage {
    /// A region's images as JPEGs.
    struct Images {
        let whole: Data
        let crop: Data
    }

    let report: DLCReport
    let title: String
    /// Results of the captions compared with, by region.
    let others: [String: DLCRegionResult]

    private static let style = """
        form { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin-top: 1.2rem; font-size: .9rem; }
        .region { display: grid; grid-template-columns: minmax(12rem, 20rem) 1fr; gap: 1rem 1.6rem; margin-top: .8rem; }
        .region img { display: block; max-width: 100%; max-height: 24rem; border-radius: .25rem; margin-bottom: .5rem; }
        .region blockquote { margin-top: 0; }
        ol.questions { margin: .6rem 0 0; padding-left: 1.3rem; font-size: .88rem; } ol.questions > li { padding: .25rem 0; }
        ol.questions ul { list-style: none; margin: 0; padding: 0; } .chosen { font-weight: bold; } .chosen::before { content: "\\25B8  "; }
        .points { color: var(--faint); font-variant-numeric: tabular-nums; } .lost > .kind { color: #d55e00; }
        .unrecognised h2 { color: #d55e00; } blockquote.other { color: var(--faint); }
        body:has(#lost:checked) li.kept, body:has(#lost:checked) article.full { display: none; }
        body:has(#positive:checked) li.negative, body:has(#negative:checked) li.positive { display: none; }
        @media (max-width: 50rem) { .region { grid-template-columns: 1fr; } h1 { font-size: 1.3rem; } }
        """

    /// The page up to the regions.
    /// - Parameter names: class names of the regions, in order.
    func head(_ names: [String]) -> String {
        let classes = names.enumerated().map { place, name in
            (option: "<option value=\"c\(place)\">\(Markup.escaped(name))</option>",
             rule: "body:has(option[value=\"c\(place)\"]:checked) article:not(.c\(place)) { display: none; }")
        }
        return """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/>
            <meta name="generator" content="damvideo"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>\(Markup.escaped(title))</title>
            <style>\(ReportStyle.sheet)
            \(Self.style)
            \(classes.map(\.rule).joined(separator: "\n"))</style></head><body>
            <header><h1>\(Markup.escaped(title))</h1>
            <p>\(summary)</p>
            <form><label><input type="checkbox" id="lost"/> lost points only</label>
            <label><input type="radio" name="kind" id="both" checked="checked"/> all questions</label>
            <label><input type="radio" name="kind" id="positive"/> positive</label>
            <label><input type="radio" name="kind" id="negative"/> negative</label>
            <label>class <select><option value="">all</option>\(classes.map(\.option).joined())</select></label></form>
            </header><main>

            """
    }

    private var summary: String {
        let scores = report.scores
        var parts = [
            "Pos \(Self.number(scores.positive)), Neg \(scores.negative.map(Self.number) ?? "-"), Avg \(Self.number(scores.average))",
            "\(report.recognised) of \(scores.regions) recognised", "wording \(Markup.escaped(report.wording))",
        ]
        if let other = report.against {
            parts.append("\(Self.signed(other.difference)) against \(Markup.escaped(other.cache)) (Avg \(Self.number(other.otherAverage)))")
        }
        return parts.joined(separator: " · ")
    }

    /// The section of one region.
    /// - Parameters:
    ///   - names: as passed to `head`.
    ///   - images: nil if there is no image.
    func region(_ result: DLCRegionResult, names: [String], images: Images?) -> String {
        let lost = result.lostPoints, name = Markup.escaped(result.name ?? "region \(result.key)")
        var classes = [lost > 0 ? "some" : "full"]
        if let place = result.name.flatMap(names.firstIndex) { classes.append("c\(place)") }
        if !result.isRecognised { classes.append("unrecognised") }
        let facts = [
            "score \(Self.number(result.score))", "\(Self.number(lost)) points lost", "Pos \(Self.number(result.positiveScore))",
            "Neg \(result.negativeScore.map(Self.number) ?? "-")", result.isRecognised ? "recognised" : "not recognised: no points above 0",
        ]
        let pictures = images.map {
            """
            <img src="\(Markup.source($0.whole))" alt="The picture, region \(Markup.escaped(result.key)) outlined"/>\
            <img src="\(Markup.source($0.crop))" alt="The region and its surroundings"/>
            """
        }
        let other = others[result.key].map { other in
            "<blockquote class=\"other\"><p>\(Markup.escaped(other.caption)) <small>score \(Self.number(other.score))</small></p>"
                + "</blockquote>"
        }
        return """
            <article class="\(classes.joined(separator: " "))"><h2>\(name) <small>\(Markup.escaped(result.key))</small></h2>
            <p class="facts">\(facts.joined(separator: " · "))</p>
            <div\(pictures == nil ? "" : " class=\"region\"")>\(pictures.map { "<div>\($0)</div>" } ?? "")<div>
            <blockquote><p>\(Markup.escaped(result.caption))</p></blockquote>\(other ?? "")
            <ol class="questions">\(([result.recognition] + result.answers).map(question).joined(separator: "\n"))</ol>
            </div></div></article>

            """
    }

    let end = "</main></body></html>\n"

    private func question(_ answer: DLCAnswer) -> String {
        let question = answer.question, isLost = answer.lostPoints > 0, isRecognition = question.kind == .recognition
        let choices = question.choices.enumerated().map { place, choice in
            let isChosen = answer.reading.choice == place
            let points = isRecognition ? "" : "&#160;<span class=\"points\">\(Self.number(choice.points))</span>"
            return "<li\(isChosen ? " class=\"chosen\"" : "")>\(Markup.escaped(choice.text))\(points)</li>"
        }
        let points = isRecognition ? "" : " <span class=\"points\">\(Self.number(answer.points)) points"
            + (answer.points == answer.ungated ? "" : ", \(Self.number(answer.ungated)) had the object been recognised") + "</span>"
        let unread = answer.reading.choice == nil ? "<p>Answer without a choice: \(Markup.escaped(answer.response))</p>" : ""
        return """
            <li class="\(question.kind.rawValue) \(isLost ? "lost" : isRecognition ? "gate" : "kept")"><span class="kind">\
            \(Markup.escaped(isRecognition ? question.question : question.subtype ?? question.kind.rawValue))</span>\(points)\
            <ul>\(choices.joined())</ul>\(unread)</li>
            """
    }

    /// A number whose sign is not separated by a line break.
    private static func number(_ value: Double) -> String { unsplit(digits(value)) }
    private static func unsplit(_ number: String) -> String { number.replacing("-", with: "\u{2212}") }
    private static func digits(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? String(format: "%.3f", value) }
    private static func signed(_ value: Double) -> String { unsplit(String(format: "%+.3f", value)) }
}

extension DLCAnswer {
    /// Points lost compared with the best choice.
    var lostPoints: Double { question.kind == .recognition ? 0 : (question.choices.map(\.points).max() ?? 0) - points }
}

extension DLCRegionResult {
    var lostPoints: Double { answers.reduce(0) { $0 + $1.lostPoints } }
}
