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
        abstract: "Describe the events of a Frigate server: fetch each clip, caption its object, send the description.",
        discussion: """
            Polls Frigate's API every few seconds for events that have ended (MQTT is not used), newest first, until it \
            is stopped or, with --once, until all are described. Each event is described once: progress is kept in a file \
            (--state), and a later run continues. Skipped are events that have a description, events similar to one of the same camera, \
            label and place within --gap seconds, and things that do not move. The object is what moves in the event's box or, with \
            --sam, what SAM 2 segments there.

            Exit codes: 0 stopped, or all described; 3 some events cannot be described; 64 usage; 66 Frigate refuses the user; \
            69 model missing or unusable; 73 another run uses the file of --state; 74 no answer from Frigate (with --once), or \
            input/output; 130 interrupted (with --once).
            """)

    @OptionGroup var connection: FrigateOptions

    @Option(help: ArgumentHelp("Describe only events with these labels.", valueName: "label,..."))
    var labels: NameList?

    @Option(help: ArgumentHelp("Describe only events of these cameras.", valueName: "camera,..."))
    var cameras: NameList?

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Describe only one of the events of the same camera, label and place within this time; 0 for all.", valueName: "seconds"))
    var gap = 60.0

    @Option(help: ArgumentHelp(
        "On the first run, skip events that began before: \(TimeBack.forms). "
            + "Default: describe all that Frigate still has.", valueName: "time"),
        transform: { text in
            guard let time = TimeBack(text) else { throw ValidationError("expected \(TimeBack.forms)") }
            return time
        })
    var since: TimeBack?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time between polls.", valueName: "seconds"))
    var interval = 15.0

    @Flag(help: "End when all events are described.")
    var once = false

    @Flag(help: "Also describe things that do not move, such as parked cars.")
    var stationary = false

    @Flag(help: "Replace existing descriptions.")
    var replace = false

    @OptionGroup var clip: FrigateClipOptions

    @Option(help: ArgumentHelp(
        "File that records described events. Default: damvideo/frigate.sqlite in XDG_STATE_HOME or ~/.local/state.", valueName: "file"),
        completion: .file())
    var state: String?

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp(
        "SAM 2, which makes the object's mask: a path, or the name of a model fetched by damvideo pull. Default: the variable "
            + "DAMVIDEO_SAM, else none.", valueName: "path|name"), completion: .file())
    var sam: String?

    @OptionGroup var generation: GenerationArguments

    @Option(parsing: .unconditional, help: "Frames per caption. Default: the number the model was trained on.")
    var frames: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time to finish the current event after a signal.", valueName: "seconds"))
    var grace = 10.0

    @Flag(help: "Print the outcome of each event on stdout, as JSON Lines.")
    var json = false

    @Flag(help: "Print only errors on stderr.")
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

    /// Installs the signal handler: the first signal lets the current event finish; a second one, or the end of the grace period,
    /// ends the program.
    private func stopOnSignal(_ sidecar: Sidecar, _ wasStopped: StopMark) {
        let grace = Duration.seconds(grace), code: ExitCode = once ? .interrupted : .success
        Program.interruption.handle { cause in
            guard case .signal = cause, !wasStopped.set() else { Program.end(cause) }
            Program.limit(grace + Self.end, code: code)
            sidecar.stop(within: grace)
        }
    }

    /// Time for a pending response, or the engine's last step.
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

/// Flag set by the first signal.
private final class StopMark: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

    /// - Returns: true if it was already set.
    func set() -> Bool { value.exchange(true, ordering: .sequentiallyConsistent) }
}
