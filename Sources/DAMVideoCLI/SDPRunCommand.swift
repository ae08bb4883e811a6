import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation
import Imaging

struct SDPRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the steps of a pipeline file in order; finished ones do nothing.",
        discussion: """
            The file holds an object of options for each step, or a list of them: {"regions": {"inputs": ["a.json"], "output": \
            "regions.jsonl", "per-image": 2}, "caption": {"output": "captions.jsonl", "samples": 5}, ...}. Names are those of the options; \
            a step's inputs default to the output of the previous step.
            """)

    @Argument(help: "The pipeline: JSON.")
    var pipeline: String

    @OptionGroup var work: SDPWorkOptions

    func run() throws {
        try reportingErrors {
            var failed: ExitCode?
            for step in try PipelineFile(pipeline).steps(shard: work.shard()) {
                let flags = (work.overwrite ? ["--overwrite"] : []) + (work.quiet ? ["--quiet"] : [])
                let watched = step.isSharded ? work.status.map { ["--status", $0] } ?? [] : []
                do {
                    var command = try SDPCommand.parseAsRoot([step.name] + step.arguments + flags + watched)
                    try command.run()
                } catch let code as ExitCode where code == .someTracksFailed {
                    // Later steps do what they can; the run reports the failure at its end.
                    failed = code
                } catch let error where !(error is ExitCode) {
                    throw InputError(.usage, "\(pipeline): \(step.name): \(SDPCommand.message(for: error))")
                }
            }
            if let failed { throw failed }
        }
    }
}
