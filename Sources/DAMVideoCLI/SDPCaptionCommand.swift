import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation

struct SDPCaptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Caption regions with a Describe Anything Model, or with a chat service that is given each region's class.",
        discussion: """
            The first caption of a region is decoded greedily, the others are sampled. With --endpoint the \
            service is shown two pictures of a region, one with its surroundings and one without; for clips, eight such pairs.
            """)

    @Argument(help: "Regions: output files of damvideo sdp regions.")
    var regions: [String]

    @OptionGroup var output: SDPOutputOptions
    @OptionGroup var root: SDPMediaOptions
    @OptionGroup(title: "Local model") var model: ModelOptions

    @Flag(help: "Tell the model the class, for models trained that way; the released ones were not.")
    var hint = false

    @Option(help: ArgumentHelp("The question that tells the class.", valueName: "text"))
    var hintQuery = "Describe the {label} in the masked region in detail."

    @OptionGroup(title: "Service") var service: SDPEndpointOptions

    @Option(help: ArgumentHelp("Pictures for the service: crop+segmented, outline or marks.", valueName: "kind"))
    var pictures = RegionPictures.Kind.cropAndSegmented

    @Option(help: ArgumentHelp("Colour around the region alone: white, black or grey.", valueName: "colour"))
    var fill = RegionPictures.Fill.white

    @Option(help: ArgumentHelp("Wordings for the service: JSON with labelled and unlabelled.", valueName: "file"))
    var prompts: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Captions of each region.", valueName: "n"))
    var samples = 1

    @Option(parsing: .unconditional, help: "Temperature of all but the first.")
    var temperature = 0.7

    @Option(parsing: .unconditional, help: "Upper bound on a caption's tokens.")
    var maxNewTokens = 512

    @Option(help: ArgumentHelp("Licence of the captions, or other remarks, to record in the data.", valueName: "text"))
    var note: String?

    func validate() throws {
        guard service.endpoint == nil || model.model == nil else { throw ValidationError("Give either --model or --endpoint.") }
        guard service.endpoint == nil || !hint else {
            throw ValidationError("Give --hint with --model: a service is always told the class.")
        }
        guard prompts == nil || service.endpoint != nil else { throw ValidationError("Give --prompts with --endpoint.") }
    }

    func run() throws {
        try reportingErrors {
            var settings = CaptionStep.Settings()
            (settings.samples, settings.temperature, settings.maxNewTokens, settings.note) = (samples, temperature, maxNewTokens, note)
            try settings.validate()
            let records = try RecordFiles(regions, shard: output.work.shard()), media = try MediaRoot(root.mediaRoot)
            try output.run { target, stop in
                guard let endpoint = try service.service() else {
                    let model = try RegionModel(model.load(quiet: output.work.quiet), hint: hint ? hintQuery : nil)
                    return try CaptionStep(model, root: media, settings: settings).run(records, target)
                }
                var shown = RegionPictures(), told = ChatProgress(stop, role: "service", answers: "captions", quiet: output.work.quiet)
                (shown.kind, shown.fill) = (pictures, fill)
                let step = try EndpointCaptionStep(
                    endpoint, chat: service.chat.settings, root: media, prompts: prompts.map { try RegionPrompts(path: $0) } ?? .own,
                    pictures: shown, settings: settings)
                return try step.run(records, target) { try told.show($0) }
            }
        }
    }
}

extension RegionPictures.Kind: ExpressibleByArgument {}
extension RegionPictures.Fill: ExpressibleByArgument {}
