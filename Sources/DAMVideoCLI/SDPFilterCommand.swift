import ArgumentParser
import DataPipeline
import Evaluation

struct SDPFilterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter",
        abstract: "Decide which records to keep; all lines stay, with the decision and its reasons.",
        discussion: """
            A record is kept if it passes every rule. Scores are those of damvideo sdp score, and the detector's score and mask_score.
            """)

    @Argument(help: "Scored records.")
    var scored: [String]

    @OptionGroup var output: SDPOutputOptions

    @Option(
        name: .customLong("min"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Minimum of a score.", valueName: "name=value"))
    var least: [String] = []

    @Option(
        name: .customLong("max"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Maximum of a score.", valueName: "name=value"))
    var most: [String] = []

    @Option(help: ArgumentHelp("Share of each class to keep, the best by a score.", valueName: "name=share"))
    var keep: [String] = []

    @Option(help: ArgumentHelp("A score that must be true, such as keyword.", valueName: "name"))
    var require: [String] = []

    @Option(help: ArgumentHelp("Caption to use: greedy, or medoid (the sample most similar to the others).", valueName: "way"))
    var choose = FilterStep.Choice.greedy

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Remove sentences that fewer than K samples support. Off by default, because it teaches a model to say less.", valueName: "k"))
    var sentences: Int?

    func validate() throws {
        for rule in least + most { _ = try Self.rule(rule) }
        for rule in keep {
            guard (0...1).contains(try Self.rule(rule).value) else { throw ValidationError("--keep \(rule): expected a share from 0 to 1") }
        }
        if let sentences, sentences < 1 { throw ValidationError("--sentences \(sentences): expected 1 or more") }
    }

    func run() throws {
        try reportingErrors {
            var step = FilterStep()
            (step.least, step.most, step.shares) = (try least.map(Self.rule), try most.map(Self.rule), try keep.map(Self.rule))
            (step.required, step.choice, step.support) = (require, choose, sentences)
            let records = try RecordFiles(scored, shard: output.work.shard())
            try output.run { target, _ in try step.run(records, target) }
        }
    }

    private static func rule(_ text: String) throws -> (name: String, value: Double) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
            throw ValidationError("\(text): expected the name of a score, = and a number")
        }
        return (String(parts[0]), value)
    }
}

extension FilterStep.Choice: ExpressibleByArgument {}

struct SDPShortenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shorten",
        abstract: "Add a sentence, a phrase and a keyword to the captions of kept records.",
        discussion: "By rule, or by a chat service; an answer that is not shorter, or has other content words, is replaced by the rule's.")

    @Argument(help: "Records that were filtered.")
    var kept: [String]

    @OptionGroup var output: SDPOutputOptions
    @OptionGroup(title: "Service") var service: SDPEndpointOptions

    func run() throws {
        try reportingErrors {
            let records = try RecordFiles(kept, shard: output.work.shard())
            try output.run { target, stop in
                var told = ChatProgress(stop, role: "service", answers: "captions", quiet: output.work.quiet)
                let step = try ShortenStep(service.service().map { ($0, service.chat.settings) })
                return try step.run(records, target) { try told.show($0) }
            }
        }
    }
}
