import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation
import Files
import Foundation

struct SDPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sdp",
        abstract: "Make training captions for regions: the data pipeline of the DAM paper, step by step.",
        discussion: """
            Each step reads and writes JSON Lines, one region per line, and writes NAME.meta.json next to its output. An interrupted run \
            resumes; a finished one does nothing. Steps can be run in shards, which damvideo merge combines.

            Exit codes: 3 some regions failed, the rest is written; 64 usage; 65 bad input; 66 input missing; 69 model missing or \
            unusable; 73 output exists; 74 input/output or a service; 75 ended by SIGTERM (shards); 130 interrupted.
            """,
        subcommands: [
            SDPRegionsCommand.self, SDPCaptionCommand.self, SDPScoreCommand.self, SDPFilterCommand.self, SDPShortenCommand.self,
            SDPExportCommand.self, SDPReportCommand.self, SDPRunCommand.self,
        ])
}

/// Options for a run's shard and its progress.
struct SDPWorkOptions: ParsableArguments {
    @OptionGroup var sharding: ShardOptions

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Split the work into N shards and do the one given by the environment (JOB_COMPLETION_INDEX or "
            + "SLURM_ARRAY_TASK_ID).", valueName: "n"))
    var shards: Int?

    @Option(help: ArgumentHelp("Write progress to this file once a minute.", valueName: "file"))
    var status: String?

    @Flag(help: "Replace an output made with other options.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard shards == nil || sharding.shard == nil else { throw ValidationError("Give either --shard or --shards.") }
        if let shards, shards < 1 { throw ValidationError("--shards \(shards): expected 1 or more") }
    }

    /// True for a run whose machine may be preempted.
    var isPreemptible: Bool { shards != nil || sharding.isPreemptible }

    /// The shard to do; nil for all of the work.
    func shard() throws -> Shard? {
        guard let shards else { return try sharding.value() }
        let environment = ProcessInfo.processInfo.environment.merging([Shard.countVariable: "\(shards)"]) { $1 }
        let shard = try Shard(environment: environment)
        return shard.count > 1 ? shard : nil
    }
}

/// Options for a step's output and its progress.
struct SDPOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("Output file; a shard adds its number to the name.", valueName: "file"))
    var output: String

    @OptionGroup var work: SDPWorkOptions

    /// Runs a step.
    /// - Parameter body: runs the step, given its output.
    /// - Throws: the exit code of a run with failures.
    func run(_ body: (StepTarget, StopRequest) throws -> StepResult) throws {
        let shard = try work.shard()
        if let status = work.status { try OutputFile.check(status, overwrites: true) }
        let stop = StopRequest(isPreemptible: work.isPreemptible), line = StatusLine(quiet: work.quiet)
        let target = StepTarget(
            output, shard: shard, overwrites: work.overwrite, status: work.status, check: { try stop.check() },
            show: { line.show("regions: \($0) of \($1)") })
        let result = try body(target, stop)
        line.clear()
        stop.finish()
        try SDPOutcome.tell(result, target.path, quiet: work.quiet)
    }
}

/// Prints the outcome of a step, and its exit code.
enum SDPOutcome {
    /// Number of failures to report; all of them are in the meta file.
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

    /// Number of answers of a service that could not be used, and counts of dropped records by reason, largest first.
    private static func words(_ meta: StepMeta) -> String {
        let tally = StepCounts(meta.counts)
        let unusable = switch meta.step {
        case "score": tally["verdicts", "unusable"]
        case "shorten": tally["lengths", "unusable_answer"]
        default: 0
        }
        return (unusable > 0 ? "; \(unusable) without a usable answer of the service" : "") + drops(tally)
    }

    private static func drops(_ tally: StepCounts) -> String {
        let dropped = ["regions_dropped", "dropped"].flatMap { tally.counts(of: $0) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        guard !dropped.isEmpty else { return "" }
        return "; dropped: " + dropped.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }
}

/// Options for a chat service with vision.
struct SDPEndpointOptions: ParsableArguments {
    /// Environment variable with the service's key, unless a file has it.
    private static let keyVariable = "DAMVIDEO_ENDPOINT_KEY"

    @Option(help: ArgumentHelp("Base URL of the chat service, before /chat/completions (OpenAI's API).", valueName: "base"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The model's name at that URL.", valueName: "name"))
    var endpointModel: String?

    @Option(help: ArgumentHelp(
        "File with the API key. Default: the variable DAMVIDEO_ENDPOINT_KEY, else none.", valueName: "file"))
    var endpointKeyFile: String?

    @OptionGroup var chat: ChatOptions

    func validate() throws {
        guard (endpoint == nil) == (endpointModel == nil) else { throw ValidationError("Give --endpoint and --endpoint-model together.") }
    }

    /// The service; nil if none is given.
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
