import Foundation
import ModelTools

/// Formats the quantisation error of a checkpoint as a table.
enum DriftTable {
    static func text(_ report: DriftReport) -> String {
        let table = TextTable(columns: [.left(20), .right(14), .right(14), .right(14)])
        let objects = report.cases.count, changes = report.changes.count
        let lines =
            [
                "\(report.model) (\(report.weights)) against \(report.reference) (\(report.referenceWeights)), "
                    + "\(objects) object\(objects == 1 ? "" : "s")",
                table.row("stage", "cosine", "lowest", "largest error"),
            ]
            + report.stages.map { stage in
                table.row(
                    stage.stage.rawValue, String(format: "%.6f", stage.deviation.cosine),
                    String(format: "%.6f", stage.deviation.lowestCosine),
                    String(format: "%.3f %%", 100 * stage.deviation.largestError))
            }
            + ["tokens that change  \(changes) of \(report.tokens)"]
            + report.cases.flatMap { object in object.changes.map { change(object.name, $0) } }
        return PlainText.report(lines)
    }

    private static func change(_ name: String, _ change: DriftReport.Change) -> String {
        let margin = String(format: "%.3f %%", 100 * change.margin)
        return "  \(name), token \(change.step): \(quoted(change.expected)) to \(quoted(change.found)), "
            + "preferred by \(margin) of the logits' range"
    }

    /// The text quoted and escaped, on one line.
    private static func quoted(_ token: DriftReport.Token) -> String { token.text.debugDescription }
}
