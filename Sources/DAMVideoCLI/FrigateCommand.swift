import ArgumentParser
import DAMVideo
import Files
import Foundation
import Frigate
import Imaging
import ObjectTracking
import Synchronization

struct FrigateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frigate",
        abstract: "Describe the events of a Frigate: fetch each clip, caption its object, send the description.",
        discussion: """
            Asks Frigate's API every few seconds for events that have ended (MQTT is not spoken), newest first, and goes on until it \
            is stopped, or with --once until all are described. Each event is described once: what is done is kept in a file \
            (--state), and a later run goes on. Left out are events that have a description, events like one of the same camera, \
            label and place within --gap seconds, and things that do not move. The object is what moves in the event's box, or with \
            --sam what SAM 2 finds there.

            Exit codes: 0 stopped, or all described; 3 some events cannot be described; 64 usage; 66 Frigate refuses the user; \
            69 model missing or unusable; 73 another run uses the file of --state; 74 no answer from Frigate (with --once), or \
            input/output; 130 interrupted (with --once).
            """)

    @OptionGroup var connection: FrigateOptions

    @Option(help: ArgumentHelp("Describe events of these labels alone.", valueName: "label,..."))
    var labels: NameList?

    @Option(help: ArgumentHelp("Describe events of these cameras alone.", valueName: "camera,..."))
    var cameras: NameList?

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Describe one of the events of the same camera, label and place within this time; 0 for all.", valueName: "seconds"))
    var gap = 60.0

    @Option(help: ArgumentHelp(
        "On the first run pass over events that began before: \(TimeBack.forms). "
            + "Default: all that Frigate still has.", valueName: "time"),
        transform: { text in
            guard let time = TimeBack(text) else { throw ValidationError("expected \(TimeBack.forms)") }
            return time
        })
    var since: TimeBack?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time from one listing of events to the next.", valueName: "seconds"))
    var interval = 15.0

    @Flag(help: "End when all events are described.")
    var once = false

    @Flag(help: "Describe events of things that do not move as well, such as parked cars.")
    var stationary = false

    @Flag(help: "Replace descriptions that events have already.")
    var replace = false

    @OptionGroup var clip: FrigateClipOptions

    @Option(help: ArgumentHelp(
        "File that remembers events. Default: damvideo/frigate.sqlite in XDG_STATE_HOME or ~/.local/state.", valueName: "file"),
        completion: .file())
    var state: String?

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp(
        "SAM 2, to make the object's mask: a path, or the name of one that damvideo pull has fetched. Default: the variable DAMVIDEO_SAM, "
            + "else none.", valueName: "path|name"), completion: .file())
    var sam: String?

    @OptionGroup var generation: GenerationArguments

    @Option(parsing: .unconditional, help: "Frames per caption. Default: as many as the model was trained on.")
    var frames: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time for the event at work when a signal stops it.", valueName: "seconds"))
    var grace = 10.0

    @Flag(help: "Print what became of each event on stdout, as JSON Lines.")
    var json = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func validate() throws {
        func check(_ value: Double, _ option: String, _ range: ClosedRange<Double>) throws {
            guard range.contains(value) else {
                throw ValidationError("--\(option) \(value): expected \(Int(range.lowerBound)) to \(Int(range.upperBound)) seconds")
            }
        }
        try check(gap, "gap", 0...86400)
        try check(interval, "interval", 1...86400)
        try check(grace, "grace", 0...86400)
    }

    func run() throws {
        try reportingErrors {
            let wasStopped = StopMark()
            let address = try connection.address(), captions = generation.options
            try captions.generation.validate()
            if json { try StandardOutput.check() }
            let engine = CaptionEngine(try model.load(quiet: quiet))
            defer { engine.end() }
            let describer = try EventDescriber(
                engine, segmentation: segmentation(), settings: clip.settings(captions, frames: frames))
            let display = FrigateDisplay(isQuiet: quiet, isJSON: json)
            let sidecar = try Sidecar(address, settings, describe: describer.describe) { display.show($0) }
            stopOnSignal(sidecar, wasStopped)
            if !quiet { Console.notice("describing the events of \(address.base); kept in \(settings.state)") }
            let tally = try sidecar.run()
            try display.check()
            try end(tally, wasStopped: wasStopped.isSet)
        }
    }

    /// A signal lets the event at work come to its end; a second one, or the end of that time, ends the program.
    private func stopOnSignal(_ sidecar: Sidecar, _ wasStopped: StopMark) {
        let grace = Duration.seconds(grace), code: ExitCode = once ? .interrupted : .success
        Program.interruption.handle { cause in
            guard case .signal = cause, !wasStopped.set() else { Program.end(cause) }
            Program.limit(grace + Self.end, code: code)
            sidecar.stop(within: grace)
        }
    }

    /// Time for a request's answer, or the engine's last step.
    private static let end = Duration.seconds(5)

    private func end(_ tally: SidecarTally, wasStopped: Bool) throws {
        if !quiet {
            Console.notice("events: \(tally.described) described, \(tally.skipped) left out, \(tally.failed) that cannot be described")
        }
        if wasStopped {
            Console.notice("interrupted; what is done is kept")
            if once { throw ExitCode.interrupted }
        }
        if tally.failed > 0, once { throw ExitCode.someTracksFailed }
    }

    private var settings: SidecarSettings {
        var settings = SidecarSettings(state: state ?? SidecarSettings.usualState())
        (settings.labels, settings.cameras) = (labels?.names ?? [], cameras?.names ?? [])
        (settings.gap, settings.since, settings.interval) = (gap, since?.time, interval)
        (settings.isOnce, settings.takesStationary, settings.replaces) = (once, stationary, replace)
        (settings.largestClip, settings.timeout) = (clip.maxClip << 20, clip.timeout)
        return settings
    }

    private func segmentation() throws -> SegmentationModel? {
        let variable = ProcessInfo.processInfo.environment[ModelStore.segmentationVariable].flatMap { $0.isEmpty ? nil : $0 }
        return try (sam ?? variable).map { try SegmentationModel(path: ModelStore.console.segmentation($0)) }
    }
}

/// Mark that a signal has come.
private final class StopMark: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

    /// - Returns: true if it was set before.
    func set() -> Bool { value.exchange(true, ordering: .sequentiallyConsistent) }
}
