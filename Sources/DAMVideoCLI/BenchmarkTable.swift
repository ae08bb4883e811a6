import Foundation
import ModelTools

/// A benchmark as lines of text, one as soon as it is known.
enum BenchmarkTable {
    static func text(_ progress: Benchmark.Progress) -> String? {
        switch progress {
        case .machine(let machine): text(machine)
        case .loaded(let model):
            "\n\(model.name), \(format(model))\(model.isSynthetic ? ", random weights" : "")\n"
                + row("stage", ["seconds", "per second", "GOP/s", "GB/s", "of limit", "limited by", "peak GB"])
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
            return row(name, [format(one), format(all), unit]).dropLast() + (instructions.map { "  " + $0 } ?? "") + "\n"
        }
        return "\(machine.processor ?? "unknown processor"), \(machine.cores) core\(machine.cores == 1 ? "" : "s")\n"
            + row("", ["one core", "all cores"])
            + limits("multiply-add", \.floatGigaops, "GFLOP/s", machine.floatInstructions)
            + limits("8-bit products", \.int8Gigaops, "GOP/s", machine.int8Instructions)
            + limits("bfloat16", \.bfloat16Gigaops, "GFLOP/s", machine.bfloat16Instructions)
            + limits("memory read", \.readGigabytes, "GB/s", nil)
    }

    private static func text(_ stage: BenchmarkReport.Stage) -> String {
        row(
            stage.name.rawValue,
            [
                format(stage.seconds), "\(format(stage.rate)) \(stage.unit)s", format(stage.gigaopsPerSecond),
                format(stage.gigabytesPerSecond), "\(format(stage.percentOfLimit)) %", stage.limit,
                stage.peakResidentBytes.map { format(Double($0) / 1e9) } ?? "-",
            ])
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 15, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined() + "\n"
    }

    /// Three digits that matter.
    private static func format(_ value: Double) -> String {
        let digits = value > 0 ? max(0, 2 - Int(log10(value).rounded(.down))) : 0
        return String(format: "%.\(min(digits, 6))f", value)
    }
}
