import ArgumentParser
import DescribeAnything
import Evaluation
import Foundation

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure what a model's captions get right.",
        subcommands: [
            ScenesCommand.self, OutputsCommand.self, DLCBenchCommand.self, VideoReferCommand.self, TextsCommand.self,
        ])

    struct ScenesCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scenes",
            abstract: "Caption sample scenes and compare with the ground truth.",
            discussion: """
                A set is a folder written by Samples/scenes/make_clips.py. Every object of each clip, and of one frame \
                of it, is captioned with greedy decoding; facts are extracted from the captions by the set's phrases.json.
                """)

        @Argument(help: "The set.")
        var directory: String

        @OptionGroup var model: ModelOptions

        @Option(help: ArgumentHelp(
            "Remove a part of the model: the context provider, the mask channel, or all frames but one.",
            valueName: "part"))
        var without: Ablation?

        @Option(name: .customLong("clips"), parsing: .unconditional, help: ArgumentHelp("Use only the first N clips.", valueName: "n"))
        var limit: Int?

        @OptionGroup var sharding: ShardOptions

        @Flag(help: "Also detect the objects of the clips, and compare.")
        var find = false

        @Flag(help: "Print the counts as JSON.")
        var json = false

        @Flag(help: "Print only errors on stderr.")
        var quiet = false

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--clips \(limit): expected 1 or more") }
        }

        func run() throws {
            try reportingErrors {
                let shard = try sharding.value()
                if sharding.isPreemptible {
                    Program.interruption.handle { Program.end($0, code: GraceOptions.isPreemption($0) ? .preempted : nil) }
                }
                let evaluator = SceneEvaluator(try model.load(quiet: quiet), without: without)
                let report = try evaluator.evaluate(directory, limit: limit, shard: shard, finds: find) { done, count, report in
                    guard !quiet, done % 10 == 0 || done == count else { return }
                    Console.notice("clip \(done) of \(count): class \(SceneTable.percent(report.clips.facts[.name]))")
                }
                if let share = report.share, !quiet {
                    Console.notice("shard \(share.shard.text): \(share.clips.count) of \(share.of) clips")
                }
                if json {
                    try Console.result(json: report)
                } else {
                    try Console.result(SceneTable.text(report))
                }
            }
        }
    }
}

extension Ablation: ExpressibleByArgument {}
