import ArgumentParser
import DAMVideo
import Foundation

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine, and how fast the stages of a model run on it.",
        discussion: """
            Without a model the machine alone is measured. A stage's limit is the time its arithmetic (of single-precision \
            multiply-adds) or its memory (each weight read once) would need at the machine's best, whichever is longer. \
            Whatever else runs meanwhile makes both wrong.

            Exit codes: 64 usage; 69 model missing or unusable.
            """)

    @Option(help: ArgumentHelp("Checkpoint directory to measure.", valueName: "dir"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Random weights in the shapes of a published model, made in memory: \(Benchmark.captionShapes.joined(separator: ", ")). "
                + "dam-3b takes 7.1 GB in f16.", valueName: "name"))
    var synthetic: String?

    @Option(help: ArgumentHelp("How random weights are stored: \(Benchmark.weightFormats.joined(separator: ", ")).", valueName: "format"))
    var weights = "f16"

    @Option(help: "Measure this stage only (repeatable).")
    var stage: [BenchmarkStage] = []

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Runs of each stage; the median counts.", valueName: "n"))
    var repeats = 3

    @Option(help: ArgumentHelp("Tokens of the caption.", valueName: "n"))
    var tokens = 120

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() throws {
        try reportingErrors {
            var benchmark = Benchmark()
            benchmark.caption = model.map(Benchmark.Source.directory) ?? synthetic.map { .synthetic($0, weights: weights) }
            benchmark.stages = stage.isEmpty ? nil : Set(stage)
            benchmark.repeats = repeats
            benchmark.tokens = tokens
            let report = try benchmark.run { progress in
                if !json, let text = BenchmarkTable.text(progress) { try Console.result(text) }
            }
            if json { try Console.result(json: report) }
        }
    }
}

extension BenchmarkStage: ExpressibleByArgument {}
