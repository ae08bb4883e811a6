import Evaluation
import Foundation

/// Formats how well captions of scenes agree with the ground truth.
enum SceneTable {
    static func text(_ report: SceneReport) -> String {
        let model = report.without.map { "\(report.model) without \($0.rawValue)" } ?? report.model
        var lines = ["\(report.set), \(model)"]
        if let findings = report.findings {
            lines += [
                "moving objects found: \(cell(findings.moving))",
                "tracks: \(findings.tracks), of which \(findings.matched) are an object, \(findings.falseTracks) show nothing "
                    + "that is there",
            ] + rows("given masks", findings.given, "found masks", findings.found)
        } else {
            lines += rows("clips", report.clips, "pictures", report.pictures)
        }
        return PlainText.report(lines)
    }

    private static func rows(_ first: String, _ one: SceneScores, _ second: String, _ other: SceneScores) -> [String] {
        let table = TextTable(columns: [.left(18), .left(24)])
        return [table.row("", first, second)]
            + SceneSubject.allCases.map { table.row($0.rawValue, cell(one.facts[$0]), cell(other.facts[$0])) }
            + [
                table.row("own facts", cell(one.ownFacts), cell(other.ownFacts)),
                table.row("invented objects", inventions(one), inventions(other)),
            ]
    }

    private static func cell(_ tally: Tally?) -> String {
        guard let tally, tally.asked > 0 else { return "-" }
        return "\(percent(tally)) (\(tally.right) of \(tally.asked))"
    }

    private static func inventions(_ scores: SceneScores) -> String {
        guard scores.captions > 0 else { return "-" }
        let share = 100 * Double(scores.inventing) / Double(scores.captions)
        return String(format: "%.1f %%", share) + " (\(scores.inventing) of \(scores.captions))"
    }

    static func percent(_ tally: Tally?) -> String {
        tally?.share.map { String(format: "%.1f %%", 100 * $0) } ?? "-"
    }
}
