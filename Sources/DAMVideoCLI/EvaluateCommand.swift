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
            abstract: "Caption sample scenes and compare with what is true of them.",
            discussion: """
                A set is a folder as Samples/scenes/make_clips.py writes it. Every object of each clip, and of a picture out \
                of it, is captioned with the likeliest tokens; facts are read out of the captions by the set's phrases.json.
                """)

        @Argument(help: "The set.")
        var directory: String

        @OptionGroup var model: ModelOptions

        @Option(help: ArgumentHelp(
            "Go without a part of the model: the context provider, the mask channel, or all frames but one.",
            valueName: "part"))
        var without: Ablation?

        @Option(name: .customLong("clips"), parsing: .unconditional, help: ArgumentHelp("Look at the first N clips.", valueName: "n"))
        var limit: Int?

        @OptionGroup var sharding: ShardOptions

        @Flag(help: "Find the objects of the clips as well, and compare.")
        var find = false

        @Flag(help: "Print the counts as JSON.")
        var json = false

        @Flag(help: "Say nothing on stderr but errors.")
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
