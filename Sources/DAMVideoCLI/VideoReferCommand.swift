import ArgumentParser
import Evaluation
import Files
import Foundation
import Imaging

struct VideoReferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "videorefer-bench",
        abstract: "Score descriptions of objects in clips by a judge that compares them with references (VideoRefer-Bench-D).",
        discussion: """
            Captions are records with "pred" and "Answer", as `evaluate outputs --task videorefer --outputs NAME.jsonl` and the \
            published scripts write them, or an object with a caption by id and --references. The judge scores each from 0 to \
            5 for subject, appearance, movement, and absence of hallucination. Answers are kept in NAME_eval.json, from which the \
            published script computes the same means.

            Scores are comparable with published ones only with the benchmark's own instructions (--judge-prompt system.txt) and judge.

            Exit codes: 3 an answer has no scores; 64 usage; 65 bad input; 66 input missing; 73 output exists; 74 input/output or the \
            judge; 130 interrupted.
            """)

    /// Number of answers without scores to report: a terminal has few lines.
    private static let toldAnswers = 5

    @Argument(help: "Captions.")
    var captions: String

    @Option(help: ArgumentHelp("References by id. Default: those in the records.", valueName: "file"), completion: .file())
    var references: String?

    @Option(help: ArgumentHelp(
        "File of the answers. Default: NAME_eval.json next to the captions.", valueName: "file"), completion: .file())
    var cache: String?

    @OptionGroup(title: "Judge") var judge: JudgeOptions

    @Option(
        help: ArgumentHelp("Give the judge the instructions in this file, such as the benchmark's system.txt.", valueName: "file"),
        completion: .file())
    var judgePrompt: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the intervals.", valueName: "n"))
    var bootstrapSeed: UInt64 = 0

    @Flag(help: "Print all scores as JSON.")
    var json = false

    @Flag(help: "Replace stored answers to other captions, or with another wording.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            let endpoint = try judge.endpoint(), stop = StopRequest()
            let wording = try judgePrompt.map { try VideoReferWording(path: $0) } ?? .own
            var judgement = try VideoReferJudgement(captions: captions, references: references, cache: cache, wording: wording)
            let inputs = InputFiles([captions, references, judgePrompt, judge.judgeKeyFile].compactMap { $0 })
            if let endpoint {
                try inputs.refuse(judgement.path)
                var shown = ChatProgress(stop, role: "judge", answers: "answers", quiet: quiet)
                try judgement.ask(endpoint, settings: judge.chat.settings, overwrites: overwrite) { try shown.show($0) }
            }
            stop.finish()
            let report = try judgement.report(judge: endpoint?.model, bootstrap: Bootstrap(seed: bootstrapSeed))
            if json {
                try Console.result(json: report)
            } else {
                try Console.result(PlainText.report(table(report)))
            }
            if !quiet { tell(report.unread) }
            if !report.unread.isEmpty { throw ExitCode.someTracksFailed }
        }
    }

    private func table(_ report: VideoReferReport) -> [String] {
        let table = TextTable(columns: [.left(26), .right(8), .right(9), .left(4), .left(0)])
        func row(_ name: String, _ answers: Int, _ mean: Double?, _ interval: DLCReport.Interval?) -> String {
            table.row(
                name, "\(answers)", mean.map { String(format: "%.4f", $0) } ?? "-", "",
                interval.map { String(format: "%.2f to %.2f", $0.low, $0.high) } ?? "-")
        }
        let rows = VideoReferDimension.allCases.compactMap { dimension in
            report.scores[dimension.rawValue].map { row(dimension.rawValue, $0.answers, $0.mean, $0.interval) }
        }
        let comparable = report.wording == VideoReferWording.own.name
            ? "own wording (\(report.wording)), not comparable with published figures"
            : "wording \(report.wording): comparable with published figures if it is the published one, and so is the judge"
        let head = ["Result for \(captions)", "\(report.records) descriptions", comparable, ""]
        return head + [table.row("", "answers", "mean", "", "95 % interval")] + rows
            + [row("Average", report.records - report.unread.count, report.average, report.averageInterval)]
    }

    private func tell(_ unread: [VideoReferReport.Unread]) {
        for answer in unread.prefix(Self.toldAnswers) {
            Console.notice("record \(answer.id): no score for \(answer.missing.joined(separator: ", ")) in the answer: \(answer.answer)")
        }
        if unread.count > Self.toldAnswers {
            Console.notice("\(unread.count - Self.toldAnswers) more answers lack scores (--json lists them)")
        }
    }
}
