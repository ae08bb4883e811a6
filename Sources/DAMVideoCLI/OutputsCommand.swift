import ArgumentParser
import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

struct OutputsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outputs",
        abstract: "Caption the regions of a published data set, with the local model or any chat service with vision.",
        discussion: """
            Annotations are in the data set's format: dlc COCO (DLC-Bench); lvis and paco Osprey's lists, or COCO; flickr the folder of \
            Flickr30k Entities, or a COCO file of phrases; refl4 JSON lines; hcstvg and videorefer their JSON. The captions go to \
            --outputs: an object with a caption by region, which `evaluate texts` and `evaluate dlc-bench` read, or, if its name \
            ends in .jsonl, records with "pred" and "Answer", which `evaluate videorefer-bench` and the published scripts read as well.

            A run resumes an earlier one. With --references alone nothing is captioned.

            Exit codes: 3 empty regions are left out; 64 usage; 65 bad input; 66 input missing; 69 model missing or \
            unusable; 73 output exists; 74 input/output or the service; 130 interrupted.
            """)

    /// Environment variable with the service's key, unless a file has it.
    private static let keyVariable = "DAMVIDEO_ENDPOINT_KEY"

    @Argument(help: "Annotations of the data set.")
    var annotations: String

    @Option(help: ArgumentHelp("Data set: \(OutputsTask.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "set"))
    var task: OutputsTask

    @Option(help: ArgumentHelp("Folder of the pictures or clips.", valueName: "dir"), completion: .directory)
    var media: String?

    @Option(help: ArgumentHelp("File for the captions; an existing one is resumed.", valueName: "file"), completion: .file())
    var outputs: String?

    @Option(help: ArgumentHelp("Write the references, or the class names, by region to this file.", valueName: "file"), completion: .file())
    var references: String?

    @OptionGroup(title: "Local model") var model: ModelOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the captions.", valueName: "n"))
    var seed: UInt64 = 123

    @Option(help: ArgumentHelp(
        "Ask the chat service at this base URL instead, before /chat/completions (OpenAI's API).", valueName: "base"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The model's name at that URL.", valueName: "name"))
    var endpointModel: String?

    @Option(help: ArgumentHelp(
        "File with the API key. Default: the variable DAMVIDEO_ENDPOINT_KEY, else none.", valueName: "file"),
        completion: .file())
    var endpointKeyFile: String?

    @Option(help: ArgumentHelp(
        "How the region is shown to the service: crop (a crop, and the picture with all else black), outline (red, in the picture), or box "
            + "(in words).",
        valueName: "way"))
    var regionAs = RegionPresentation.crop

    @OptionGroup(title: "Service") var chat: ChatOptions

    @Option(help: ArgumentHelp("The question. Default: that of the data set.", valueName: "text"))
    var query: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Frames per clip.", valueName: "n"))
    var frames = 8

    @Option(help: ArgumentHelp("Use only pictures or clips whose names contain this, such as objects365.", valueName: "text"))
    var only: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Use only the first N regions.", valueName: "n"))
    var first: Int?

    @Flag(help: "Replace an existing file of references.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard outputs != nil || references != nil else { throw ValidationError("Give --outputs, --references or both.") }
        guard outputs == nil || media != nil else {
            throw ValidationError("Give --media with --outputs: the folder of the pictures or clips.")
        }
        guard (endpoint == nil) == (endpointModel == nil) else { throw ValidationError("Give --endpoint and --endpoint-model together.") }
        guard endpoint == nil || model.model == nil else { throw ValidationError("Give either --model or --endpoint.") }
        guard outputs == nil || outputs != references else { throw ValidationError("Give a different file for each output.") }
        guard (1...4096).contains(frames) else { throw ValidationError("--frames \(frames): expected 1 to 4096") }
        guard first ?? 1 >= 1 else { throw ValidationError("--first \(first ?? 0): expected 1 or more") }
        if let outputs, OutputFile.isDevice(outputs) {
            throw ValidationError("--outputs \(outputs): expected a file, which can be resumed")
        }
    }

    func run() throws {
        try reportingErrors {
            let inputs = InputFiles([annotations, endpointKeyFile].compactMap { $0 })
            for path in [outputs, references].compactMap({ $0 }) { try inputs.refuse(path) }
            if let references { try OutputFile.check(references, overwrites: overwrite) }
            let set = try OutputsSet(task, path: annotations, namesWith: only, first: first)
            if let references {
                try OutputFile.write(PythonJSON.data(set.references()), to: references, replaces: overwrite)
            }
            if let outputs, let media { try caption(set, OutputsMedia(set, folder: media), into: outputs) }
            guard !set.empty.isEmpty else { return }
            Console.notice("left out, empty: region \(Self.names(set.empty))")
            throw ExitCode.someTracksFailed
        }
    }

    private func caption(_ set: OutputsSet, _ media: OutputsMedia, into outputs: String) throws {
        try InputFiles(media.files).refuse(outputs)
        let question = query ?? (endpoint == nil ? task.regionQuestion : task.question)
        let words = endpoint == nil ? question : regionAs.words(isClip: task.isOfClips, question: question)
        var run = try OutputsRun(set, media: media, outputs: outputs, query: words, frames: frames)
        if run.missing == 0, !quiet { Console.notice("\(outputs): no caption is missing") }
        let stop = StopRequest()
        if let endpoint, let endpointModel {
            let service = try chat.endpoint(
                endpoint, model: endpointModel, keyFile: endpointKeyFile, variable: Self.keyVariable, role: "service")
            var shown = ChatProgress(stop, role: "service", answers: "captions", quiet: quiet)
            try run.ask(service, regionAs, settings: chat.settings) { try shown.show($0) }
        } else if run.missing > 0 {
            try describe(&run, question, stop)
        }
        stop.finish()
        if !run.wordless.isEmpty, !quiet { Console.notice("empty caption: region \(Self.names(run.wordless))") }
    }

    private static func names(_ regions: [String]) -> String {
        (regions.first ?? "") + (regions.count > 1 ? " and \(regions.count - 1) others" : "")
    }

    private func describe(_ run: inout OutputsRun, _ question: String, _ stop: StopRequest) throws {
        let location = try model.location(), line = StatusLine(quiet: quiet)
        let engine = CaptionEngine(try model.load(quiet: quiet))
        defer { engine.end() }
        var options = CaptionOptions(query: question)
        // The generation settings published for DLC-Bench, used for all sets.
        (options.generation.temperature, options.generation.topP, options.generation.topK) = (0.2, 1, 50)
        (options.generation.maxNewTokens, options.generation.seed) = (512, seed)
        let describer = RegionDescriber(engine, task, frames: frames, options: options)
        try run.run(model: location.directory) { pictures in
            try describer(pictures) { _ in try stop.check() }
        } progress: { done, all in
            try stop.check()
            line.show("captions: \(done) of \(all)")
        }
    }
}

extension OutputsTask: ExpressibleByArgument {}
extension RegionPresentation: ExpressibleByArgument {}
