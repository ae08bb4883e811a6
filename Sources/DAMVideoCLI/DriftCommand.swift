import ArgumentParser
import DAMVideo

struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Compare a quantised checkpoint with the one it was made of, stage by stage.",
        discussion: """
            For each stage the cosine of all its numbers, the lowest cosine of any tensor and the largest error in one, \
            relative to its largest magnitude (of logits less their mean, which changes no probability); and the tokens that \
            change when the likeliest is taken each time, behind the reference's own tokens.

            Exit codes: 64 usage; 65 bad input; 66 input missing; 69 model missing or unusable; 74 input/output.
            """)

    @Argument(help: "Checkpoint directory to compare with, or the name of one that damvideo pull has fetched.", completion: .file())
    var reference: String

    @Argument(help: "Checkpoint directory, or name, of the model that is compared with it.", completion: .file())
    var model: String

    @OptionGroup var options: DriftOptions

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func validate() throws {
        guard !options.inputs.isEmpty else { throw ValidationError("Give something to compare on: --image, --clip or --set.") }
    }

    func run() throws {
        try reportingErrors {
            let store = ModelStore.console
            let report = try options.measure(store.checkpoint(model), against: store.checkpoint(reference), quiet: quiet)
            if json { try Console.result(json: report) } else { try Console.result(DriftTable.text(report)) }
        }
    }
}
