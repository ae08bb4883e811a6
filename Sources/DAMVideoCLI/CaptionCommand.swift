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

    @Argument(help: ArgumentHelp(
        "The clip: any video FFmpeg decodes, - for one on stdin, a folder of stills, or a pattern such as frames/%05d.jpg.",
        discussion: "Stills are ordered by the number at the end of their names. Frames are numbered from 0."))
    var clip: String

    @OptionGroup var masks: MaskOptions

    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationArguments

    @Option(name: .customLong("track"), help: ArgumentHelp("Caption this track only (repeatable).", valueName: "id"))
    var tracks: [TrackID] = []

    @Option(help: "Spread frames over those where the track is visible (track), or over the whole clip (clip).")
    var sampling = FrameSampling.track

    @Option(help: "Frames per caption. Default: as many as the model was trained on.")
    var frames: Int?

    @Flag(help: "Carry masks given on a few frames to the frames between and around them.")
    var propagate = false

    @Option(help: ArgumentHelp(
        "Leave out what comes before; frames keep their numbers and times.", valueName: "seconds"))
    var start: Double = 0

    @Option(help: ArgumentHelp("Leave out what comes so long after the start.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("Frames a second of a series of stills.", valueName: "fps"))
    var stillRate: Double = 25

    @Option(name: .shortAndLong, help: "Where the document goes; - for stdout. Default: clip.damvideo.json (.jsonl, ...) beside the clip; stdout for one on stdin.")
    var output: String?

    @Option(name: .customLong("format"), help: "What to write (repeatable; the others go beside the first).")
    var formats: [CaptionFormat] = []

    @Flag(help: "Go on where an interrupted run with --format jsonl stopped; its finished tracks are kept.")
    var resume = false

    @Flag(help: "Replace the output when it exists.")
    var overwrite = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            let options = generation.options
            try options.validate()
            let output = try CaptionOutput(
                clip: clip, output: output ?? (clip == "-" ? "-" : nil), formats: formats.isEmpty ? [.json] : formats)
            try output.check(overwrites: overwrite || resume)
            let captioner = VideoCaptioner(try model.load())
            let style: ProgressReporter.Style = quiet ? .quiet : isatty(STDERR_FILENO) == 1 ? .bar : .lines
            Interruption.handle(output, clearsLine: style == .bar)
            let document = try caption(captioner, options, output, ProgressReporter(style))
            try output.finish(document)
            for problem in document.errors {
                Console.notice((problem.track.map { "track \($0): " } ?? "\(clip): ") + problem.message)
            }
            if document.errors.contains(where: { $0.track != nil }) { throw ExitCode.someTracksFailed }
        }
    }

    private func caption(
        _ captioner: VideoCaptioner, _ options: CaptionOptions, _ output: CaptionOutput, _ reporter: ProgressReporter
    ) throws -> CaptionDocument {
        defer { reporter.finish() }
        let earlier = try resume ? output.earlierRun() : nil
        return try captioner.caption(
            clip: clip, masks: masks.masks, options: options, clipOptions: clipOptions, resuming: earlier
        ) {
            if case .updated(let document) = $0 { try output.update(document) }
            reporter.show($0)
        }
    }

    private var clipOptions: ClipOptions {
        var options = ClipOptions()
        options.tracks = tracks.isEmpty ? nil : tracks
        options.masks = masks.reading.settings()
        options.sampling = sampling
        options.frames = frames
        options.propagates = propagate
        options.start = start
        options.duration = duration
        options.stillRate = stillRate
        return options
    }
}

extension FrameSampling: ExpressibleByArgument {}

extension CaptionFormat: ExpressibleByArgument {}

extension TrackID: ExpressibleByArgument {
    public init(argument: String) {
        self = Int(argument).map(TrackID.number) ?? .name(argument)
    }
}
