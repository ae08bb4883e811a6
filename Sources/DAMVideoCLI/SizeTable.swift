import Foundation
import ModelTools
import Tensors

/// Formats the sizes of a checkpoint's parts before and after quantisation.
enum SizeTable {
    static func text(_ report: QuantizationReport) -> String {
        let table = TextTable(indentation: 2, columns: [.left(18), .left(24)])
        let rows = report.parts.map { part in
            table.row(part.before.name, sizeAndTypes(part.before), sizeAndTypes(part.after))
        }
        let before = report.parts.reduce(0) { $0 + $1.before.bytes }, after = report.parts.reduce(0) { $0 + $1.after.bytes }
        let share = before > 0 ? String(format: ", %.0f %%", 100 * Double(after) / Double(before)) : ""
        let lines = [report.output] + rows + [table.row("total", size(before), size(after) + share)]
        return PlainText.report(lines)
    }

    /// Text such as "0.32 MB F32 + Q8".
    private static func sizeAndTypes(_ part: CheckpointInspection.Part) -> String {
        size(part.bytes) + " " + part.dataTypes.keys.sorted().joined(separator: " + ")
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 100_000_000 ? String(format: "%.2f MB", Double(bytes) / 1e6) : String(format: "%.2f GB", Double(bytes) / 1e9)
    }
}
