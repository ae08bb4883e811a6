import DescribeAnything
import Foundation
import ModelTools

/// What quantising did to a checkpoint's size, as lines of text.
enum SizeTable {
    static func text(_ report: QuantizationReport) -> String {
        let rows = report.parts.map { part in
            row(part.before.name, size(part.before.bytes) + " " + types(part.before), size(part.after.bytes) + " " + types(part.after))
        }
        let before = report.parts.reduce(0) { $0 + $1.before.bytes }, after = report.parts.reduce(0) { $0 + $1.after.bytes }
        let share = before > 0 ? String(format: ", %.0f %%", 100 * Double(after) / Double(before)) : ""
        return "\(report.output)\n" + rows.joined() + row("total", size(before), size(after) + share)
    }

    private static func row(_ name: String, _ before: String, _ after: String) -> String {
        "  " + name.padding(toLength: 18, withPad: " ", startingAt: 0)
            + before.padding(toLength: max(24, before.count + 1), withPad: " ", startingAt: 0) + after + "\n"
    }

    private static func types(_ part: CheckpointInspection.Part) -> String { part.dataTypes.keys.sorted().joined(separator: " + ") }

    private static func size(_ bytes: Int) -> String {
        bytes < 100_000_000 ? String(format: "%.2f MB", Double(bytes) / 1e6) : String(format: "%.2f GB", Double(bytes) / 1e9)
    }
}
