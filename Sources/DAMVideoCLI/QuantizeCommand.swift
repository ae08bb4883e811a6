import ArgumentParser
import DAMVideo
import Imaging
import ModelTools

struct QuantizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a checkpoint with quantised weights.",
        discussion: """
            The new directory loads like any other. Only matrices are quantised: norms, biases, embeddings and positions stay \
            unchanged, and the language model's head has 8 bits if its layers have 4. With pictures or clips to compare \
            the two checkpoints on, it also reports the quantisation error, as drift does.

            A checkpoint of SAM 2, in the hub's layout or as the authors' .pt file, becomes a directory in the hub's layout \
            with the image encoder's blocks and the memory attention in the format of --vision.

            Exit codes: 64 usage; 65 bad input; 66 input missing; 69 model missing or unusable; 73 the output exists; \
            74 input/output; 130 interrupted.
            """)

    @Argument(
        help: "Checkpoint of DAM or SAM 2: a directory, a .pt file of SAM 2, or the name of a model fetched by damvideo pull.",
        completion: .file())
    var directory: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Directory of the new checkpoint.", valueName: "dir"), completion: .directory)
    var output: String

    @Option(help: ArgumentHelp(
        "Format of the vision tower's, context provider's and projector's weights, or SAM 2's.", valueName: "format"))
    var vision = WeightFormat.q8

    @Option(help: ArgumentHelp("Format of the language model's weights. Default: q8.", valueName: "format"))
    var language: WeightFormat?

    @Flag(help: "Replace an existing checkpoint.")
    var overwrite = false

    @OptionGroup var drift: DriftOptions

    @Flag(help: "Print sizes and quantisation error as JSON.")
    var json = false

    @Flag(help: "Print only errors on stderr.")
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
            throw InputError(.usage, "\(directory): found SAM 2, which has no captions to compare, expected a checkpoint of DAM with "
                + "--image, --clip and --set")
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
