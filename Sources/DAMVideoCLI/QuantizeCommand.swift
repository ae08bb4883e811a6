import ArgumentParser
import DAMVideo
import Imaging
import ModelTools

struct QuantizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a checkpoint with its weights in fewer bits.",
        discussion: """
            The new directory loads like any other. Only matrices are quantised: norms, biases, embeddings and positions stay as \
            they are, and the language model's head has 8 bits where its layers have 4. With pictures or clips to compare \
            the two checkpoints on, it also shows what that costs, as drift does.

            A checkpoint of SAM 2, in the hub's layout or the original authors' .pt file, becomes a directory in the hub's layout \
            with the image encoder's blocks and the attention to memories in the format of --vision.

            Exit codes: 64 usage; 65 bad input; 66 input missing; 69 model missing or unusable; 73 the output exists; \
            74 input/output; 130 interrupted.
            """)

    @Argument(
        help: "Checkpoint of DAM or SAM 2: a directory, a .pt file of SAM 2, or the name of one that damvideo pull has fetched.",
        completion: .file())
    var directory: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Directory of the new checkpoint.", valueName: "dir"), completion: .directory)
    var output: String

    @Option(help: ArgumentHelp("The vision tower's, the context provider's and the projector's weights, or SAM 2's.", valueName: "format"))
    var vision = WeightFormat.q8

    @Option(help: ArgumentHelp("The language model's weights. Default: q8.", valueName: "format"))
    var language: WeightFormat?

    @Flag(help: "Replace a checkpoint that is there.")
    var overwrite = false

    @OptionGroup var drift: DriftOptions

    @Flag(help: "Print the sizes, and the drift, as JSON.")
    var json = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            let directory = try ModelStore.console.checkpointOrSegmentation(directory)
            var report = try quantize(directory)
            if !json { try Console.result(SizeTable.text(report)) }
            if !drift.inputs.isEmpty {
                let drift = try drift.measure(output, against: directory, quiet: quiet)
                if !json { try Console.result(DriftTable.text(drift)) }
                report.drift = drift
            }
            if json { try Console.result(json: report) }
        }
    }

    private func quantize(_ directory: String) throws -> QuantizationReport {
        let quantizer = try CheckpointQuantizer(
            directory, to: output, vision: vision, language: language, overwrites: overwrite)
        guard drift.inputs.isEmpty || !quantizer.isSegmentAnything else {
            throw InputError(.usage, "\(directory): found SAM 2, which makes no captions to compare, expected a checkpoint of DAM with --image, --clip and --set")
        }
        let status = StatusLine(quiet: quiet)
        let stop = StopRequest()
        defer { stop.finish() }
        var part: String?
        return try quantizer { progress in
            try stop.check()
            guard !quiet, let folder = progress.part else { return status.clear() }
            let line = "\(folder), tensor \(progress.done + 1) of \(progress.total)"
            if status.isShown { status.show(line) } else if folder != part { Console.notice(line) }
            part = folder
        }
    }
}

extension WeightFormat: ExpressibleByArgument {}
