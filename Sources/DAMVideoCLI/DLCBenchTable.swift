import Evaluation
import Foundation

/// Formats a benchmark's scores as text.
enum DLCBenchTable {
    /// The machine-readable line of the published program.
    static func line(_ scores: DLCScores) -> String {
        [scores.positive, scores.negative ?? .nan, scores.average].map { String(format: "%.3f", $0) }.joined(separator: ",")
    }

    static func text(_ report: DLCReport, outputs: String) -> String {
        let scores = report.scores
        var lines = ["Result for \(outputs)", summary(scores), "recognised: \(report.recognised) of \(scores.regions)"]
        if !report.missingCaptions.isEmpty { lines.append("default caption: \(report.missingCaptions.count) regions") }
        lines.append(comparability(report))
        lines += [""] + figures(report)
        if let other = report.against { lines += ["", comparison(other)] }
        for (title, groups) in [("size", report.bySize), ("frequency", report.byFrequency)] where !groups.isEmpty {
            lines += [""] + regions(title, groups)
        }
        for (title, groups) in [("negative questions", report.bySubtype), ("attribute", report.byAttribute)] where !groups.isEmpty {
            lines += [""] + questions(title, groups)
        }
        return PlainText.report(lines)
    }

    private static func comparability(_ report: DLCReport) -> String {
        if JudgeWording.isOwn(report.wording) { return "own wording (\(report.wording)), not comparable with published figures" }
        if report.judgeSeesPictures {
            return "wording \(report.wording), judge sees pictures: not comparable with figures of a judge that only reads"
        }
        return "wording \(report.wording): comparable with published figures if it is the published one, and so is the judge"
    }

    /// The summary line of the published program.
    private static func summary(_ scores: DLCScores) -> String {
        let values = line(scores).split(separator: ",").joined(separator: ",\t")
        return "Summary (Pos\tNeg\tAvg(Pos, Neg)):\t\(values)"
    }

    private static func figures(_ report: DLCReport) -> [String] {
        let table = TextTable(columns: [.left(12), .right(10), .left(4), .left(0)])
        let scores = report.scores
        let rows = [
            ("Pos", "positive", scores.positive), ("Neg", "negative", scores.negative), ("Avg", "average", scores.average),
        ]
        return [table.row("", "mean", "", "95 % interval over regions")] + rows.map { name, key, value in
            let interval = report.intervals[key].map { String(format: "%.3f to %.3f", $0.low, $0.high) } ?? "-"
            return table.row(name, value.map { String(format: "%.6f", $0) } ?? "-", "", interval)
        }
    }

    private static func comparison(_ other: DLCReport.Comparison) -> String {
        let interval = other.interval.map { String(format: ", 95 %% interval %+.3f to %+.3f", $0.low, $0.high) } ?? ""
        return "against \(other.cache), \(other.regions) regions: " + String(format: "%+.3f", other.difference) + interval
    }

    private static func regions(_ title: String, _ groups: [String: DLCScores]) -> [String] {
        let table = TextTable(columns: [.left(24), .right(8), .right(10), .right(10)])
        return [table.row(title, "regions", "Pos", "Neg")] + groups.sorted { $0.key < $1.key }.map { name, scores in
            table.row(name, "\(scores.regions)", four(scores.positive), scores.negative.map(four) ?? "-")
        }
    }

    private static func questions(_ title: String, _ groups: [String: DLCReport.Tally]) -> [String] {
        let table = TextTable(columns: [.left(24), .right(8), .right(10)])
        let sorted = groups.sorted { ($1.value.questions, $0.key) < ($0.value.questions, $1.key) }
        return [table.row(title, "asked", "mean")] + sorted.map { name, tally in
            table.row(name, "\(tally.questions)", four(tally.mean))
        }
    }

    private static func four(_ value: Double) -> String { String(format: "%.4f", value) }
}
