import Detectors
import Foundation

/// Formats the facts about a detector's files.
enum DetectorInspectionText {
    /// Upper bound on the class names to list; the others are counted.
    private static let mostNames = 12

    static func text(_ report: DetectorInspection) -> String {
        let table = TextTable(indentation: 2, columns: [.left(18)])
        var lines = [report.path] + report.configuration.map { table.row($0.name, $0.value) }
        if !report.labels.isEmpty {
            let rest = report.labels.count - mostNames
            let names = report.labels.prefix(mostNames).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
            lines.append(table.row("classes", "\(report.labels.count): \(names)"))
        }
        if let set = report.operatorSet { lines.append(table.row("operator set", "\(set)")) }
        if let operators = report.operators {
            let counts = operators.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.map { "\($0.key) \($0.value)" }
            lines.append(table.row("operators", counts.joined(separator: ", ")))
        }
        let types = report.dataTypes.keys.sorted().joined(separator: " + ")
        lines.append(table.row(
            "weights", "\(report.tensors) tensors, \(report.parameters) parameters, \(report.bytes) bytes"
                + (types.isEmpty ? "" : ", " + types)))
        if let gigaops = report.gigaops { lines.append(table.row("a picture", String(format: "%.3g GFLOP", gigaops))) }
        lines += report.problems.map { "  problem: \($0)" }
        return PlainText.report(lines)
    }
}
