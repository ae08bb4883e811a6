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
                let evaluator = SceneEvaluator(try model.load(quiet: quiet), without: without)
                let report = try evaluator.evaluate(directory, limit: limit, finds: find) { done, count, report in
                    guard !quiet, done % 10 == 0 || done == count else { return }
                    Console.notice("clip \(done) of \(count): class \(percent(report.clips.facts[.name]))")
                }
                if json {
                    try Console.result(json: report)
                } else {
                    try Console.result(table(report))
                }
            }
        }

        private func table(_ report: SceneReport) -> String {
            let model = report.without.map { "\(report.model) without \($0.rawValue)" } ?? report.model
            var lines = ["\(report.set), \(model)"]
            if let findings = report.findings {
                lines += [
                    "moving objects found: \(cell(findings.moving))",
                    "tracks: \(findings.tracks), of which \(findings.matched) are an object, \(findings.falseTracks) show nothing "
                        + "that is there",
                ] + rows("given masks", findings.given, "found masks", findings.found)
            } else {
                lines += rows("clips", report.clips, "pictures", report.pictures)
            }
            return PlainText.report(lines)
        }

        private func rows(_ first: String, _ one: SceneScores, _ second: String, _ other: SceneScores) -> [String] {
            let table = TextTable(columns: [.left(18), .left(24)])
            return [table.row("", first, second)]
                + SceneSubject.allCases.map { table.row($0.rawValue, cell(one.facts[$0]), cell(other.facts[$0])) }
                + [
                    table.row("own facts", cell(one.ownFacts), cell(other.ownFacts)),
                    table.row("invented objects", inventions(one), inventions(other)),
                ]
        }

        private func cell(_ tally: Tally?) -> String {
            guard let tally, tally.asked > 0 else { return "-" }
            return "\(percent(tally)) (\(tally.right) of \(tally.asked))"
        }

        private func inventions(_ scores: SceneScores) -> String {
            guard scores.captions > 0 else { return "-" }
            let share = 100 * Double(scores.inventing) / Double(scores.captions)
            return String(format: "%.1f %%", share) + " (\(scores.inventing) of \(scores.captions))"
        }

        private func percent(_ tally: Tally?) -> String {
            tally?.share.map { String(format: "%.1f %%", 100 * $0) } ?? "-"
        }
    }
}

extension Ablation: ExpressibleByArgument {}
