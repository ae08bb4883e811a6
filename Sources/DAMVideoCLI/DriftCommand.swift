import ArgumentParser
import DAMVideo

struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Compare a quantised checkpoint with its original, stage by stage.",
        discussion: """
            For each stage: the cosine similarity of all its values, the lowest of any tensor, and the largest error of any, \
            relative to its largest magnitude (for logits, after subtracting the mean); and the tokens that \
            change under greedy decoding, each after the reference's own tokens.

            Exit codes: 64 usage; 65 bad input; 66 input missing; 69 model missing or unusable; 74 input/output.
            """)

    @Argument(help: "Checkpoint directory of the reference, or the name of a model fetched by damvideo pull.", completion: .file())
    var reference: String

    @Argument(help: "Checkpoint directory, or name, of the model to compare.", completion: .file())
    var model: String

    @OptionGroup var options: DriftOptions

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard !options.inputs.isEmpty else { throw ValidationError("Give inputs to compare on: --image, --clip or --set.") }
    }

    func run() throws {
        try reportingErrors {
            let store = ModelStore.console
            let report = try options.measure(store.checkpoint(model), against: store.checkpoint(reference), quiet: quiet)
            if json { try Console.result(json: report) } else { try Console.result(DriftTable.text(report)) }
        }
    }
}
