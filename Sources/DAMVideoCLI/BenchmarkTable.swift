import Foundation
import ModelTools

/// Prints a benchmark as a table, row by row as it is measured.
enum BenchmarkTable {
    private static let table = TextTable(columns: [.left(15)] + Array(repeating: .right(14), count: 7))

    /// The rows of a progress step; nil for none.
    static func text(_ progress: Benchmark.Progress) -> String? {
        switch progress {
        case .machine(let machine): text(machine)
        case .loaded(let model):
            "\n\(model.name), \(format(model))\(model.isSynthetic ? ", random weights" : "")\n"
                + table.row("stage", "seconds", "per second", "GOP/s", "GB/s", "of limit", "limited by", "peak GB") + "\n"
        case .started: nil
        case .finished(let stage): text(stage)
        }
    }

    private static func format(_ model: BenchmarkReport.Model) -> String {
        guard let vision = model.visionWeights, vision != model.weights else { return model.weights }
        return "vision \(vision), language \(model.weights)"
    }

    private static func text(_ machine: BenchmarkReport.Machine) -> String {
        func limits(_ name: String, _ value: (BenchmarkReport.Limits) -> Double?, _ unit: String, _ instructions: String?) -> String {
            guard let one = value(machine.oneCore), let all = value(machine.allCores) else { return "" }
            return table.row(name, format(one), format(all), unit) + (instructions.map { "  " + $0 } ?? "") + "\n"
        }
        return "\(machine.processor ?? "unknown processor"), \(machine.cores) core\(machine.cores == 1 ? "" : "s")\n"
            + table.row("", "one core", "all cores") + "\n"
            + limits("multiply-add", \.floatGigaops, "GFLOP/s", machine.floatInstructions)
            + limits("8-bit products", \.int8Gigaops, "GOP/s", machine.int8Instructions)
            + limits("bfloat16", \.bfloat16Gigaops, "GFLOP/s", machine.bfloat16Instructions)
            + limits("memory read", \.readGigabytes, "GB/s", nil)
    }

    private static func text(_ stage: BenchmarkReport.Stage) -> String {
        table.row(
            stage.name.rawValue, format(stage.seconds), "\(format(stage.rate)) \(stage.unit)s",
            format(stage.gigaopsPerSecond), format(stage.gigabytesPerSecond), "\(format(stage.percentOfLimit)) %", stage.limit,
            stage.peakResidentBytes.map { format(Double($0) / 1e9) } ?? "-") + "\n"
    }

    /// Rounds to three significant digits.
    private static func format(_ value: Double) -> String {
        let digits = value > 0 ? max(0, 2 - Int(log10(value).rounded(.down))) : 0
        return String(format: "%.\(min(digits, 6))f", value)
    }
}
