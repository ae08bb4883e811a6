import ArgumentParser
import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

struct DLCBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlc-bench",
        abstract: "Score captions of masked regions by a judge's answers to questions about them (DLC-Bench).",
        discussion: """
            The folder holds qa.json and class_names.json, and annotations.json and images/ for captions, sizes and pictures; \
            without the first two the questions come from the judge cache. With --model the regions are captioned into --outputs; \
            with --judge-url a judge answers the questions not answered yet; then the answers are scored. Each step resumes an earlier \
            run and skips what is done.

            Scores are comparable with published ones only with the published wording (--judge-prompt-from) and judge.

            Exit codes: 3 an answer to a recognition question cannot be read; 64 usage; 65 bad input; 66 input missing; 69 model \
            missing or unusable; 73 output exists; 74 input/output or the judge; 130 interrupted.
            """)

    /// Upper bound on the reported answers without a choice: a terminal has few lines.
    private static let toldAnswers = 5

    @Argument(help: "Folder of the benchmark.", completion: .file())
    var directory: String

    @Option(help: ArgumentHelp("Captions by region, NAME.json. Default: those in the judge cache.", valueName: "file"), completion: .file())
    var outputs: String?

    @Option(help: ArgumentHelp("Judge cache. Default: NAME_eval.json next to the captions.", valueName: "file"), completion: .file())
    var cache: String?

    @OptionGroup(title: "Captions") var model: ModelOptions

    @Option(help: ArgumentHelp(
        "The question to the model; \"joint\" for the query of the joint model for pictures and videos.", valueName: "text"))
    var query: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the captions.", valueName: "n"))
    var seed: UInt64 = 123

    @OptionGroup(title: "Captions") var sharding: ShardOptions

    @Option(help: ArgumentHelp("Caption of a region without one. Default: such a region is an error.", valueName: "text"))
    var defaultCaption: String?

    @OptionGroup(title: "Judge") var judge: JudgeOptions

    @OptionGroup(title: "Judge") var words: JudgeWordingOptions

    @Option(help: ArgumentHelp("Compare region by region with another judge cache.", valueName: "file"), completion: .file())
    var against: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the intervals.", valueName: "n"))
    var bootstrapSeed: UInt64 = 0

    @Option(help: ArgumentHelp("Write the judge cache with new scores to this file.", valueName: "file"), completion: .file())
    var saveCache: String?

    @Option(help: ArgumentHelp("Write a table with a row for each question.", valueName: "file"), completion: .file())
    var csv: String?

    @Option(
        help: ArgumentHelp("Write a report with each region, its questions and answers: one HTML file.", valueName: "file"),
        completion: .file())
    var report: String?

    @Flag(help: "Print only Pos,Neg,Avg.")
    var csvLine = false

    @Flag(help: "Print all scores as JSON.")
    var json = false

    @Flag(help: "Replace existing files, and stored answers to other captions.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard !csvLine || !json else { throw ValidationError("Give either --csv-line or --json.") }
        guard model.model == nil || outputs != nil else { throw ValidationError("Give --outputs with --model: the file for the captions.") }
        let written = [saveCache, csv, report].compactMap { $0 }
        guard Set(written).count == written.count else { throw ValidationError("Give a different file for each output.") }
        guard sharding.shard == nil || model.model != nil && judge.judgeURL == nil && written.isEmpty && against == nil else {
            throw ValidationError("Give --shard with --model and --outputs only: shards only caption; score the output of damvideo merge.")
        }
        guard query == nil || model.model != nil else { throw ValidationError("Give --query with --model only.") }
    }

    func run() throws {
        try reportingErrors {
            let written = [saveCache, csv, report].compactMap { $0 }, endpoint = try judge.endpoint()
            let own = ["qa.json", "class_names.json", "annotations.json", "images"].map { "\(directory)/\($0)" }
            let given = [outputs, cache, against, words.judgePrompt, words.judgePromptFrom].compactMap { $0 }
            let inputs = InputFiles(own + given)
            for path in written {
                try inputs.refuse(path)
                try OutputFile.check(path, overwrites: overwrite)
            }
            let stop = StopRequest(isPreemptible: sharding.isPreemptible), shard = try sharding.value()
            if model.model != nil, let outputs { try caption(into: outputs, shard, stop) }
            if shard != nil { return }
            var judgement = try DLCJudgement(files, mayBeNew: endpoint != nil)
            if let endpoint { try ask(endpoint, &judgement, stop) }
            stop.finish()
            try finish(judgement, judge: endpoint?.model)
        }
    }

    /// Reports answers that match none of the choices: all to recognition questions, and some of the others.
    private func tell(_ unread: [DLCReport.Unread]) {
        let others = unread.filter { $0.question != nil }
        for answer in unread.filter({ $0.question == nil }) + others.prefix(Self.toldAnswers) {
            let question = answer.question.map { "question \($0)" } ?? "the recognition question"
            Console.notice("region \(answer.region): the answer to \(question) says none of the choices: \(answer.answer)")
        }
        if others.count > Self.toldAnswers {
            Console.notice("\(others.count - Self.toldAnswers) more answers say none of the choices (--json lists them)")
        }
    }

    private var files: DLCJudgement.Files {
        var files = DLCJudgement.Files()
        (files.folder, files.outputs, files.cache, files.wording) = (directory, outputs, cache, words.source)
        (files.trustsCache, files.defaultCaption, files.showsPictures) = (words.trustCache, defaultCaption, words.judgeSeesImage)
        return files
    }

    private func caption(into outputs: String, _ shard: Shard?, _ stop: StopRequest) throws {
        let text = query == "joint" ? DLCCaptioning.Query.joint : query ?? DLCCaptioning.Query.image
        var captioning = try DLCCaptioning(folder: directory, outputs: outputs, query: text, shard: shard)
        var options = CaptionOptions(query: text)
        // The published generation settings.
        (options.generation.temperature, options.generation.topP, options.generation.topK) = (0.2, 1, 50)
        (options.generation.maxNewTokens, options.generation.seed) = (512, seed)
        let engine = CaptionEngine(try model.load(quiet: quiet)), describer = ImageDescriber(engine), line = StatusLine(quiet: quiet)
        defer { engine.end() }
        try captioning.run { picture, mask in
            try describer.describe(picture, region: mask, options: options) { _ in try stop.check() }
        } progress: { done, all in
            if done == all, let shard, !quiet { Console.notice("shard \(shard.text): \(all) regions are captioned") }
            try stop.check()
            line.show("captions: \(done) of \(all)")
        }
    }

    private func ask(_ endpoint: ChatEndpoint, _ judgement: inout DLCJudgement, _ stop: StopRequest) throws {
        var shown = ChatProgress(stop, role: "judge", answers: "answers", quiet: quiet)
        try judgement.ask(endpoint, settings: judge.chat.settings, overwrites: overwrite) { try shown.show($0) }
    }

    private func finish(_ judgement: DLCJudgement, judge: String?) throws {
        let results = try judgement.results(), bootstrap = Bootstrap(seed: bootstrapSeed)
        guard var figures = DLCReport(
            results, annotations: judgement.benchmark.annotations, wording: judgement.wording, judge: judge,
            missing: judgement.captions.missing, bootstrap: bootstrap, seesPictures: judgement.seesPictures)
        else { return }
        let others = try against.map { try DLCCache(path: $0).results } ?? []
        if let against { figures.against = try DLCReport.Comparison(results, with: others, cache: against, bootstrap: bootstrap) }
        if let saveCache { try judgement.writeCache(to: saveCache, replaces: overwrite) }
        if let csv {
            try OutputFile.write(
                DLCTable.csv(results, annotations: judgement.benchmark.annotations), to: csv, replaces: overwrite)
        }
        if let report {
            let page = DLCPageFile(
                results, figures, annotations: judgement.benchmark.annotations, folder: directory,
                title: "DLC-Bench: \(URL(filePath: outputs ?? judgement.cache.path).lastPathComponent)", others: others)
            try page.write(to: report, replaces: overwrite)
        }
        if csvLine {
            try Console.result(DLCBenchTable.line(figures.scores) + "\n")
        } else if json {
            try Console.result(json: figures)
        } else {
            try Console.result(DLCBenchTable.text(figures, outputs: outputs ?? judgement.cache.path))
        }
        if !quiet { tell(figures.unread) }
        if figures.hasUnreadRecognition { throw ExitCode.someTracksFailed }
    }
}
