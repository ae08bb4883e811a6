import ArgumentParser
import DAMVideo
import Foundation
import MaskTracking
import VideoDecoding

struct CaptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Caption every tracked object of a clip, as JSON.",
        discussion: """
            Exit codes: 0 every track captioned; 3 some tracks failed, the rest written; 64 usage; 65 bad input; \
            66 input missing; 69 model missing or unusable; 73 output exists; 74 input/output; 130 interrupted, finished \
            tracks written.
            """)

    @Argument(help: "The clip: any video FFmpeg decodes.")
    var clip: String

    @Option(help: ArgumentHelp("Its masks: a folder of label PNGs, one a frame, whose values are track ids.", valueName: "dir"))
    var masks: String

    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationArguments

    @Option(name: .customLong("track"), help: ArgumentHelp("Caption this track only (repeatable).", valueName: "id"))
    var tracks: [TrackID] = []

    @Option(help: "Spread frames over those where the track is visible (track), or over the whole clip (clip).")
    var sampling = FrameSampling.track

    @Option(help: "Frames per caption. Default: as many as the model was trained on.")
    var frames: Int?

    @Option(name: .shortAndLong, help: "Where the document goes; - for stdout. Default: clip.damvideo.json beside the clip.")
    var output: String?

    @Flag(help: "Replace the output when it exists.")
    var overwrite = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            let options = generation.options
            try options.validate()
            let output = CaptionOutput(path: output ?? CaptionDocumentWriter.defaultPath(forClip: clip))
            try output.check(overwrites: overwrite)
            let captioner = VideoCaptioner(try model.load())
            let style: ProgressReporter.Style = quiet ? .quiet : isatty(STDERR_FILENO) == 1 ? .bar : .lines
            let interruption = Interruption(output, clearsLine: style == .bar)
            let document = try caption(captioner, options, ProgressReporter(style), interruption)
            interruption.end()
            try output.write(document)
            for problem in document.errors {
                Console.notice((problem.track.map { "track \($0): " } ?? "\(clip): ") + problem.message)
            }
            if document.errors.contains(where: { $0.track != nil }) { throw ExitCode.someTracksFailed }
        }
    }

    private func caption(
        _ captioner: VideoCaptioner, _ options: CaptionOptions, _ reporter: ProgressReporter, _ interruption: Interruption
    ) throws -> CaptionDocument {
        defer { reporter.finish() }
        return try captioner.caption(clip: clip, masks: masks, options: options, clipOptions: clipOptions) {
            if case .updated(let document) = $0 { interruption.update(document) }
            reporter.show($0)
        }
    }

    private var clipOptions: ClipOptions {
        var options = ClipOptions()
        options.tracks = tracks.isEmpty ? nil : tracks
        options.sampling = sampling
        options.frames = frames
        return options
    }
}

extension FrameSampling: ExpressibleByArgument {}

extension TrackID: ExpressibleByArgument {
    public init(argument: String) {
        self = Int(argument).map(TrackID.number) ?? .name(argument)
    }
}

/// The file, or stdout, that takes the document.
struct CaptionOutput: Sendable {
    /// "-" for stdout.
    let path: String

    func check(overwrites: Bool) throws {
        if path != "-" { try CaptionDocumentWriter.check(path, overwrites: overwrites) }
    }

    func write(_ document: CaptionDocument) throws {
        if path == "-" {
            try Console.result(CaptionDocumentWriter.json(document))
        } else {
            try CaptionDocumentWriter.write(document, to: path)
        }
    }
}
