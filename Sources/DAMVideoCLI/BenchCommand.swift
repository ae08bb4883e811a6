import ArgumentParser
import DAMVideo
import ModelTools

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine, and how fast the stages of a model run on it.",
        discussion: """
            Without a model only the machine is measured. A stage's limit is the time its arithmetic (of single-precision \
            multiply-adds, and of 8-bit products where weights are quantised) or its memory traffic (each weight read once) \
            would need at the machine's peak speed, whichever is longer. \
            Other programs running meanwhile distort both.

            Exit codes: 64 usage; 69 model missing or unusable.
            """)

    @Option(help: ArgumentHelp(
        "Checkpoint directory to measure, or the name of a model fetched by damvideo pull.", valueName: "dir|name"), completion: .file())
    var model: String?

    @Option(
        help: ArgumentHelp("SAM 2 checkpoint to measure: a directory, a .pt file, or a name.", valueName: "path|name"), completion: .file())
    var sam: String?

    @Option(
        help: ArgumentHelp("Detector to measure: a directory of RF-DETR, an ONNX file, or a name.", valueName: "path|name"),
        completion: .file())
    var detector: String?

    @Option(
        help: ArgumentHelp(
            "Random weights in a model's shapes, made in memory: \(Benchmark.captionShapes.joined(separator: ", ")) (dam-3b "
                + "takes 7.1 GB in f16), \(Benchmark.segmentationShapes.joined(separator: ", ")), "
                + "\(Benchmark.detectorShapes.joined(separator: ", ")). Repeatable, for one of each kind.",
            valueName: "name"))
    var synthetic: [String] = []

    @Option(
        help: ArgumentHelp(
            "Data type of random weights: \(Benchmark.weightFormats.joined(separator: ", ")). Default: as published, f16 for "
                + "DAM, f32 for SAM 2 and detectors.", valueName: "format"))
    var weights: String?

    @Option(help: ArgumentHelp("Data type of random weights of DAM's vision tower, context provider and projector.", valueName: "format"))
    var vision: String?

    @Option(help: ArgumentHelp("Data type of random weights of DAM's language model.", valueName: "format"))
    var language: String?

    @Option(help: "Measure only this stage (repeatable).")
    var stage: [BenchmarkStage] = []

    @Option(
        name: .customLong("repeat"), parsing: .unconditional,
        help: ArgumentHelp("Runs of each stage, of which the median is reported.", valueName: "n"))
    var repeats = 3

    @Option(parsing: .unconditional, help: ArgumentHelp("Tokens of the caption.", valueName: "n"))
    var tokens = 120

    @Option(
        help: ArgumentHelp(
            "Let kernels use no more than these instructions: \(Benchmark.instructionLimits.joined(separator: ", ")). OpenBLAS follows "
                + "OPENBLAS_CORETYPE (Haswell has AVX2).", valueName: "set"))
    var instructions: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        let captioning = synthetic.filter(Benchmark.captionShapes.contains)
        let segmenting = synthetic.filter(Benchmark.segmentationShapes.contains)
        let detecting = synthetic.filter(Benchmark.detectorShapes.contains)
        let known = Benchmark.captionShapes + Benchmark.segmentationShapes + Benchmark.detectorShapes
        if let unknown = synthetic.first(where: { !known.contains($0) }) {
            throw ValidationError("--synthetic \(unknown): expected one of \(known.joined(separator: ", ")).")
        }
        guard captioning.count + (model == nil ? 0 : 1) <= 1, segmenting.count + (sam == nil ? 0 : 1) <= 1,
            detecting.count + (detector == nil ? 0 : 1) <= 1
        else {
            throw ValidationError(
                "Give one model of a kind: --model or --synthetic dam-..., --sam or --synthetic sam2.1-..., --detector or --synthetic "
                    + "rf-detr-...")
        }
        guard weights == nil || !synthetic.isEmpty else { throw ValidationError("--weights goes with --synthetic.") }
        guard (vision ?? language) == nil || !captioning.isEmpty else {
            throw ValidationError("--vision and --language go with --synthetic dam-...")
        }
    }

    func run() throws {
        try reportingErrors {
            var benchmark = Benchmark()
            let store = ModelStore.console
            benchmark.caption = source(try model.map(store.checkpoint), Benchmark.captionShapes) {
                .synthetic($0, weights: language ?? weights ?? "f16", vision: vision ?? weights ?? "f16")
            }
            benchmark.segmentation = source(try sam.map { try store.segmentation($0) }, Benchmark.segmentationShapes) {
                .synthetic($0, weights: weights ?? "f32")
            }
            benchmark.detector = source(try detector.map(store.detector), Benchmark.detectorShapes) {
                .synthetic($0, weights: weights ?? "f32")
            }
            benchmark.stages = stage.isEmpty ? nil : Set(stage)
            benchmark.repeats = repeats
            benchmark.tokens = tokens
            benchmark.instructions = instructions
            let status = StatusLine()
            let report = try benchmark.run { progress in
                status.clear()
                if !json, let text = BenchmarkTable.text(progress) { try Console.result(text) }
                if case .started(let stage) = progress { status.show("measuring \(stage.rawValue)") }
            }
            if json { try Console.result(json: report) }
        }
    }

    private func source(
        _ directory: String?, _ shapes: [String], _ random: (String) -> Benchmark.Source
    ) -> Benchmark.Source? {
        directory.map(Benchmark.Source.directory) ?? synthetic.first(where: shapes.contains).map(random)
    }
}

extension BenchmarkStage: ExpressibleByArgument {}
