import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation
import Foundation

struct SDPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sdp",
        abstract: "Make training captions for regions: the data pipeline of the DAM paper, step by step.",
        discussion: """
            Each step reads and writes JSON Lines, one region a line, and writes NAME.meta.json beside its output. A run that was ended \
            goes on where it was; one that was done does nothing. Steps can be cut to shards, which damvideo merge puts together.

            Exit codes: 3 some regions failed, the rest is written; 64 usage; 65 bad input; 66 input missing; 69 model missing or \
            unusable; 73 output exists; 74 input/output or a service; 75 ended by SIGTERM (shards); 130 interrupted.
            """,
        subcommands: [
            SDPRegionsCommand.self, SDPCaptionCommand.self, SDPScoreCommand.self, SDPFilterCommand.self, SDPShortenCommand.self,
            SDPExportCommand.self, SDPReportCommand.self, SDPRunCommand.self,
        ])
}

/// The share of the work that a run does, and how it is watched.
struct SDPWorkOptions: ParsableArguments {
    @OptionGroup var sharding: ShardOptions

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Cut the work to N shards and do the one that the environment says (JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID).", valueName: "n"))
    var shards: Int?

    @Option(help: ArgumentHelp("Write to this file, once a minute, how far a step is.", valueName: "file"))
    var status: String?

    @Flag(help: "Replace an output that was made in another way.")
    var overwrite = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func validate() throws {
        guard shards == nil || sharding.shard == nil else { throw ValidationError("Give either --shard or --shards.") }
        if let shards, shards < 1 { throw ValidationError("--shards \(shards): expected 1 or more") }
    }

    /// The share of the work; nil for all of it.
    func shard() throws -> Shard? {
        guard let shards else { return try sharding.value() }
        let environment = ProcessInfo.processInfo.environment.merging([Shard.countVariable: "\(shards)"]) { $1 }
        let shard = try Shard(environment: environment)
        return shard.count > 1 ? shard : nil
    }
}

/// The output of a step, and how its run is watched.
struct SDPOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("Where the lines go; a shard puts its number into the name.", valueName: "file"))
    var output: String

    @OptionGroup var work: SDPWorkOptions

    /// Runs a step.
    /// - Parameter body: given the place of the output; runs the step.
    /// - Throws: the exit code of a run with failures.
    func run(_ body: (StepTarget, StopRequest) throws -> StepResult) throws {
        let shard = try work.shard(), stop = StopRequest(isPreemptible: shard != nil), line = StatusLine(quiet: work.quiet)
        let target = StepTarget(
            output, shard: shard, overwrites: work.overwrite, status: work.status, check: { try stop.check() },
            show: { line.show("regions: \($0) of \($1)") })
        let result = try body(target, stop)
        line.clear()
        stop.finish()
        try SDPOutcome.tell(result, target.path, quiet: work.quiet)
    }
}

/// The end of a step, in words and as an exit code.
enum SDPOutcome {
    /// Failures that are named: all of them are in the meta file.
    private static let named = 5

    static func tell(_ result: StepResult, _ path: String, quiet: Bool) throws {
        let failures = result.meta.failures, records = result.meta.records ?? 0
        for failure in failures.prefix(named) { Console.notice("\(failure.id): \(failure.error)") }
        if failures.count > named { Console.notice("\(failures.count - named) more failed (\(StepMeta.path(of: path)) lists them)") }
        if !quiet {
            Console.notice("\(path): \(records) regions\(result.wasThere ? ", there already" : "")" + words(result.meta))
        }
        guard !failures.isEmpty else { return }
        throw records == 0 ? ExitCode(.invalid) : ExitCode.someTracksFailed
    }

    /// Counts of what was dropped, most first.
    private static func words(_ meta: StepMeta) -> String {
        let tally = StepCounts(meta.counts)
        let dropped = ["regions_dropped", "dropped"].flatMap { tally.counts(of: $0) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        guard !dropped.isEmpty else { return "" }
        return "; dropped: " + dropped.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }
}

/// A chat service that sees pictures.
struct SDPEndpointOptions: ParsableArguments {
    /// Variable with the service's key, where no file has it.
    private static let keyVariable = "DAMVIDEO_ENDPOINT_KEY"

    @Option(help: ArgumentHelp("Ask the service at this address, in front of /chat/completions (OpenAI's interface).", valueName: "base"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The model's name at that address.", valueName: "name"))
    var endpointModel: String?

    @Option(help: ArgumentHelp(
        "File with the key for that address. Default: the variable DAMVIDEO_ENDPOINT_KEY, else none.", valueName: "file"))
    var endpointKeyFile: String?

    @OptionGroup var chat: ChatOptions

    func validate() throws {
        guard (endpoint == nil) == (endpointModel == nil) else { throw ValidationError("Give --endpoint and --endpoint-model together.") }
    }

    /// The service; nil where none is given.
    func service() throws -> ChatEndpoint? {
        guard let endpoint, let endpointModel else { return nil }
        return try chat.endpoint(endpoint, model: endpointModel, keyFile: endpointKeyFile, variable: Self.keyVariable, role: "service")
    }
}

/// The folder that paths of records are relative to.
struct SDPMediaOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder that the records' paths of pictures and clips are relative to.", valueName: "dir"))
    var mediaRoot = "."
}
