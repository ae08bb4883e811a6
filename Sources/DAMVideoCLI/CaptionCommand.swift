import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import Presentation

struct CaptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Caption every object of a clip, detected or given, as JSON.",
        discussion: """
            By default, objects that move in front of a fixed camera are found and tracked. Or objects are detected \
            (--detector), detected elsewhere (--detections), given by --masks, or, with SAM 2 (--sam), by --point and --box on \
            frames (--at): one --at and one --object for all of them, or one for each --box, then each --point, in order.

            Exit codes: 0 every track captioned; 3 some tracks failed, the rest written; 64 usage; 65 bad input; \
            66 input missing; 69 model missing or unusable; 73 output exists; 74 input/output; 75 the machine was taken away \
            (SIGTERM with --shard or --grace), finished tracks written; 130 interrupted, finished tracks written.
            """)

    @OptionGroup(title: "Clips and masks") var clips: ClipArguments

    @OptionGroup(title: "Clicks and boxes") var prompts: ObjectPromptOptions

    @OptionGroup(title: "Detections") var detections: DetectionOptions

    @OptionGroup(title: "Model and answer") var model: ModelOptions
    @OptionGroup(title: "Model and answer") var generation: GenerationArguments

    @Flag(help: ArgumentHelp(
        "Tell the model each track's label, if it has one, after the question: The object is labelled \"person\". The published "
            + "program does not."))
    var hint = false

    @Option(name: .customLong("track"), parsing: .unconditionalSingleValue, help: ArgumentHelp(
        "Caption only this track (repeatable).", valueName: "id"))
    var tracks: [TrackID] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Caption at most N tracks: moving ones before stationary ones, then by duration and size. Default: all "
                + "given ones, \(ClipOptions.defaultMaxTracks) detected ones.", valueName: "n"))
    var maxTracks: Int?

    @Option(help: "Sample frames evenly from those where the track is visible (track), or from the whole clip (clip).")
    var sampling = FrameSampling.track

    @Option(parsing: .unconditional, help: "Frames per caption. Default: the number the model was trained on.")
    var frames: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Caption parts of long tracks as well, each from its own frames: parts of this many seconds, or auto for parts that begin "
                + "where the object stops, starts, turns, enters or leaves.",
            valueName: "seconds|auto"),
        transform: { text in
            guard let length = SegmentLength(text: text) else { throw ValidationError("expected \(SegmentLength.rangeText)") }
            return length
        })
    var segment: SegmentLength?

    @Flag(
        name: .customLong("no-propagate"),
        help: ArgumentHelp("Caption each track from the frames it has masks for. Otherwise, if those are few, its masks are first "
            + "propagated to the other frames."))
    var noPropagation = false

    @OptionGroup(title: "Part of the clip") var part: ClipPartOptions

    @OptionGroup(title: "Many machines") var sharding: ShardOptions
    @OptionGroup(title: "Many machines") var grace: GraceOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Output file; - for stdout; a folder for files named like the clips. Default: clip.damvideo.json (.jsonl, "
            + "...) next to the clip; stdout for a clip on stdin."),
        completion: .file())
    var output: String?

    @Option(name: .customLong("format"), help: "Output format (repeatable; the others are written next to the first).")
    var formats: [CaptionFormat] = []

    @OptionGroup var pictures: PictureOptions

    @Option(
        name: .customLong("batch"), parsing: .unconditional,
        help: ArgumentHelp(
            "Generate the captions of up to N tracks in one batch: the same captions, all of them sooner, the first one later. "
                + "Default: as many as fit half the free memory, at most \(CaptionEngine.largestBatch).", valueName: "n"))
    var batchSize: Int?

    @Flag(help: "Include the mask of each sampled frame in the document, as COCO run-length encoding.")
    var withMasks = false

    @Flag(help: "Resume an interrupted run with --format jsonl; its finished clips and tracks are kept.")
    var resume = false

    @Flag(help: "Leave out masks that cannot be read, and continue with the next clip when one fails.")
    var keepGoing = false

    @Flag(help: ArgumentHelp("Print what would be done and what it would cost, without doing it. Time is estimated from the model's "
        + "shapes and the speed of its largest matrix on this machine."))
    var dryRun = false

    @Flag(help: "With --dry-run: print JSON.")
    var json = false

    @Flag(help: "Replace existing output.")
    var overwrite = false

    @Option(help: "Report progress on stderr as text or as lines of JSON.")
    var progress = ProgressForm.text

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        if json, !dryRun { throw ValidationError("--json: expected --dry-run") }
        if let maxTracks, maxTracks < 1 { throw ValidationError("max-tracks \(maxTracks): expected 1 or more") }
        guard prompts.sam != nil || prompts.count == 0 else {
            throw ValidationError("--point and --box go with --sam. Without it, damvideo track --box makes masks for --masks.")
        }
        guard detections.detector == nil || clips.masks.isEmpty && prompts.count == 0 else {
            throw ValidationError("--detector goes without --masks, --box and --point.")
        }
        guard prompts.sam == nil || prompts.count > 0 || !clips.masks.isEmpty || clips.batchFile != nil || detections.areGiven else {
            throw ValidationError("--sam goes with --masks, --box, --point, --detections or --detector.")
        }
    }

    func run() throws {
        try reportingErrors {
            var options = generation.options
            options.tellsLabels = hint
            try options.generation.validate()
            if let batchSize, batchSize < 1 { throw InputError(.usage, "batch \(batchSize): expected 1 or more") }
            var failures = JobFailures(keepsGoing: keepGoing)
            let jobs = try jobs(&failures)
            if !jobs.isEmpty, dryRun {
                try PlanPrinter(json: json).print(jobs.map(\.request), captioner(engine()), options, &failures)
            } else if !jobs.isEmpty {
                try caption(jobs, options, &failures)
            }
            try failures.end()
        }
    }

    private func caption(_ jobs: [CaptionJob], _ options: CaptionOptions, _ failures: inout JobFailures) throws {
        let reporter = ProgressReporter(
            quiet ? .quiet : progress == .json ? .json : isatty(STDERR_FILENO) == 1 ? .bar : .lines)
        let engine = try engine(), mayWait = jobs.contains { $0.output.waitsForReaders }
        let runner = CaptionJobRunner(try captioner(engine), options: options) { reporter.show($0) }
        let grace = grace.time(isPreemptible: sharding.isPreemptible)
        Program.interruption.handle(hurriedCode: (grace == nil ? ExitCode.interrupted : .preempted).rawValue) { cause in
            guard let grace, GraceOptions.isPreemption(cause) else {
                return Self.end(runner, cause, Program.code(cause), mayWait: mayWait)
            }
            runner.drain(within: grace)
            Self.end(runner, cause, .preempted, mayWait: mayWait)
        }
        defer { engine.end() }
        try runner.run(jobs, &failures)
    }

    /// Writes what is finished and ends the program.
    /// - Parameter mayWait: true if a pipe without a reader can block writing.
    private static func end(_ runner: CaptionJobRunner, _ cause: Interruption.Cause, _ code: ExitCode, mayWait: Bool) {
        if mayWait { Program.limit(.seconds(1), code: code) }
        do {
            let finished = try runner.interrupt()
            Program.end(cause, saved: finished.map { "\($0) finished tracks are written" }, code: code)
        } catch {
            Program.end(cause, saved: "\(error)", code: code)
        }
    }

    private func engine() throws -> CaptionEngine {
        CaptionEngine(try model.load(quiet: quiet), limits: CaptionEngine.Limits(batch: batchSize))
    }

    private func captioner(_ engine: CaptionEngine) throws -> VideoCaptioner {
        VideoCaptioner(engine, segmentation: try prompts.segmentation(), detector: try detections.model())
    }

    /// Each clip with its output, checked.
    private func jobs(_ failures: inout JobFailures) throws -> [CaptionJob] {
        let shard = try sharding.value(), sharesTracks = shard != nil && !clips.areMany
        if sharesTracks, pictures.render != nil || pictures.report != nil || detections.fates != nil {
            throw InputError(
                .usage, "--shard: found --render, --report or --detections-out with a shard of a clip's tracks, expected captions only")
        }
        var clipOptions = clipOptions
        if sharesTracks { clipOptions.shard = shard }
        let requests = try clips.requests(clipOptions, prompts: prompts.count > 0 ? prompts.prompts() : [],
            detections: detections.source(keepsGoing: keepGoing), finder: detections.finder)
        let outputs = JobOutputs(
            output: output, formats: formats, replaces: overwrite ? .all : resume ? .earlierRun : .none,
            inputs: [try? model.location().directory, clips.batchFile, detections.detectorPath].compactMap(\.self),
            sideFolders: [pictures.render, pictures.report, detections.fates].compactMap(\.self)
        ) { SideFiles($0, render: pictures.render, report: pictures.report, detections: detections.fates, overwrites: overwrite) }
        // Checked for all shards, so that a conflict between outputs shows before any shard begins.
        var jobs = try outputs.jobs(for: requests, areMany: clips.areMany)
        if let shard, !sharesTracks {
            jobs = shard.share(of: jobs)
            if !quiet { Console.notice("shard \(shard.text): \(jobs.count) of \(requests.count) clips") }
        }
        return try jobs.compactMap { job in
            try failures.attempt(job.request.clip, tell: Console.notice) {
                let job = try resume ? job.resumed() : job
                try job.check()
                return job
            }
        }
    }

    private var clipOptions: ClipOptions {
        var options = ClipOptions()
        options.tracks = tracks.isEmpty ? nil : tracks
        options.maxTracks = maxTracks
        options.masks = clips.reading.settings(keepsGoing: keepGoing)
        options.sampling = sampling
        options.frames = frames
        options.segment = segment
        options.propagates = !noPropagation
        options.segmentation = prompts.sam
        options.part = part.part
        options.includesMasks = withMasks
        return options
    }
}

/// Formats of progress on stderr.
enum ProgressForm: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension FrameSampling: ExpressibleByArgument {}

extension CaptionFormat: ExpressibleByArgument {}

extension TrackID: ExpressibleByArgument {
    public init(argument: String) {
        self = Int(argument).map(TrackID.number) ?? .name(argument)
    }
}
