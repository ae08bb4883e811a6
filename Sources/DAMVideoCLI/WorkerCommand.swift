import ArgumentParser
import DAMVideo
import Files
import Foundation
import Imaging
import ObjectTracking
import Synchronization

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Process jobs given as JSON Lines on stdin, with one loaded model.",
        discussion: """
            A line is a job, {"id": "a", "caption": {"clip": "a.mp4", "masks": "a/"}}, {"id": "b", "describe": {"image": "b.png", \
            "mask": "m.png"}}, or {"cancel": "a"}. Each job is answered with one line on stdout, with its id: a document, a \
            description, or an error with the exit code that a command would have ended with. With "output": "folder/" captions go \
            to files, and an interrupted job resumes when it is given again. The documentation lists all keys.

            A worker that answered every line ends with 0, whatever the answers are. Exit codes: 69 model missing or unusable; 74 \
            results cannot be written; 75 ended by SIGTERM, the jobs that are left handed back; 130 by Ctrl-C, likewise.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("SAM 2 for jobs with points or boxes, as for caption.", valueName: "path|name"), completion: .file())
    var sam: String?

    @Option(
        help: ArgumentHelp("Detector for jobs that detect objects, as for caption.", valueName: "path|name"), completion: .file())
    var detector: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Concurrent jobs; with more than one, results come in order of completion.", valueName: "n"))
    var parallel = 1

    @Option(
        name: .customLong("waiting"), parsing: .unconditional,
        help: ArgumentHelp("Jobs read ahead; beyond that, reading from stdin pauses.", valueName: "n"))
    var waiting = 16

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Write a line with the running jobs every N seconds. Default: none.", valueName: "seconds"))
    var heartbeat: Double?

    @Option(
        name: .customLong("batch"), parsing: .unconditional,
        help: ArgumentHelp("Captions generated together, of all jobs, as for caption.", valueName: "n"))
    var batchSize: Int?

    @OptionGroup var grace: GraceOptions

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel \(parallel): expected 1 to 64") }
        guard (1...1_000_000).contains(waiting) else { throw ValidationError("--waiting \(waiting): expected 1 to 1000000") }
        if let heartbeat, !(0.01...86400).contains(heartbeat) {
            throw ValidationError("--heartbeat \(heartbeat): expected 0.01 to 86400 seconds")
        }
        if let batchSize, batchSize < 1 { throw ValidationError("--batch \(batchSize): expected 1 or more") }
    }

    func run() throws {
        try reportingErrors {
            try StandardOutput.check()
            let engine = CaptionEngine(try model.load(quiet: quiet), limits: CaptionEngine.Limits(batch: batchSize))
            defer { engine.end() }
            var settings = Worker.Settings()
            (settings.parallel, settings.waiting) = (parallel, waiting)
            settings.heartbeat = heartbeat.map { .seconds($0) }
            let worker = Worker(
                engine, segmentation: try sam.map { ($0, try SegmentationModel(path: ModelStore.console.segmentation($0))) },
                detector: try detector.map { ($0, try ObjectDetector(path: ModelStore.console.detector($0))) }, settings: settings
            ) { try StandardOutput.write($0) } onBrokenOutput: { Self.endUnheard($0) }
            let grace = grace.time(isPreemptible: true) ?? .zero
            Program.interruption.handle(hurriedCode: ExitCode.preempted.rawValue) { Self.end(worker, $0, grace) }
            try worker.run(LineReader(descriptor: STDIN_FILENO))
        }
    }

    /// Hands back the remaining jobs and ends the program.
    private static func end(_ worker: Worker, _ cause: Interruption.Cause, _ grace: Duration) {
        let isPreemption = GraceOptions.isPreemption(cause), time = isPreemption ? grace : .zero
        let code = isPreemption ? ExitCode.preempted : Program.code(cause)
        // Writing the results may block.
        Program.limit(time + .seconds(2), code: code)
        let count = worker.handBack(within: time)
        Program.end(cause, saved: "\(count) jobs are handed back", code: code)
    }

    /// Ends a worker whose output cannot be written; finished tracks in files are already there.
    private static func endUnheard(_ error: any Error) {
        Console.notice("error: \(error)")
        TemporaryNames.removeAll()
        _exit(ExitCode(error).rawValue)
    }
}
