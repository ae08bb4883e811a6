import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation
import Imaging

struct SDPScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Add scores of captions to records.",
        discussion: """
            Always: mean_logprob, min_logprob, consistency, keyword, words, sentences, text_rules, as far as a record has what they need. \
            One of --margin, --siglip and --endpoint adds a score that needs a model; scoring the output again adds another.
            """)

    @Argument(help: "Captions: output files of damvideo sdp caption or score.")
    var captions: [String]

    @OptionGroup var output: SDPOutputOptions
    @OptionGroup var root: SDPMediaOptions

    @Option(help: ArgumentHelp("Synonyms of classes: JSON with a list of names by class.", valueName: "file"))
    var synonyms: String?

    @Flag(help: "Add margin: the caption's mean log probability for its region, minus the largest for another region of the picture.")
    var margin = false

    @OptionGroup(title: "Local model") var model: ModelOptions

    @Flag(help: "Tell the model the class, as for caption.")
    var hint = false

    @Option(help: ArgumentHelp("The question that tells the class.", valueName: "text"))
    var hintQuery = "Describe the {label} in the masked region in detail."

    @Option(help: ArgumentHelp("Add siglip: similarity of region and text by this SigLIP checkpoint, which must have its text tower.",
        valueName: "dir"))
    var siglip: String?

    @OptionGroup(title: "Service that judges (adds verdict)") var service: SDPEndpointOptions

    @Flag(help: "Also show the service the region's pictures.")
    var showPictures = false

    func validate() throws {
        let additions = [margin, siglip != nil, service.endpoint != nil].count { $0 }
        guard additions < 2 else { throw ValidationError("Give one of --margin, --siglip and --endpoint: scoring again adds the next.") }
        guard model.model == nil || margin else { throw ValidationError("Give --model with --margin.") }
    }

    func run() throws {
        try reportingErrors {
            let records = try RecordFiles(captions, shard: output.work.shard()), media = try MediaRoot(root.mediaRoot)
            try output.run { target, stop in
                var told = ChatProgress(stop, role: "service", answers: "verdicts", quiet: output.work.quiet)
                return try ScoreStep(synonyms: synonyms, addition(media)).run(records, target) { try told.show($0) }
            }
        }
    }

    private func addition(_ media: MediaRoot) throws -> ScoreStep.Addition {
        if margin { return .margin(try RegionModel(model.load(quiet: output.work.quiet), hint: hint ? hintQuery : nil), media) }
        if let siglip { return .similarity(try SimilarityModel(directory: siglip), media) }
        guard let endpoint = try service.service() else { return .none }
        let pictures = showPictures ? RegionPictures() : nil
        return .verdict(try VerdictJudge(endpoint, chat: service.chat.settings, root: media, pictures: pictures))
    }
}
