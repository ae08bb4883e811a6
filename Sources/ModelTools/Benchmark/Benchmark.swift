import DescribeAnything
import Detectors
import Imaging
import SegmentAnything
import Tensors

/// Measures this machine and the speed of models' stages on it.
package struct Benchmark: Sendable {
    /// Source of a model.
    package enum Source: Sendable, Equatable {
        /// A checkpoint directory, or a detector's file.
        case directory(String)
        /// Random weights in the shapes of this name, stored in one of `Benchmark.weightFormats`; a captioning model's vision
        /// tower, context provider and projector may have another format.
        case synthetic(String, weights: String, vision: String? = nil)
    }

    /// A step of a benchmark run.
    package enum Progress: Sendable {
        case machine(BenchmarkReport.Machine)
        case loaded(BenchmarkReport.Model)
        case started(BenchmarkStage)
        case finished(BenchmarkReport.Stage)
    }

    /// The captioning model; nil to skip its stages.
    package var caption: Source?
    /// The segmentation model; nil to skip its stages.
    package var segmentation: Source?
    /// The detector; nil to skip its stage.
    package var detector: Source?
    /// Stages to measure; nil for all stages of the models.
    package var stages: Set<BenchmarkStage>?
    /// Runs of each stage, of which the median is reported.
    package var repeats = 3
    /// Upper bound on the caption's tokens.
    package var tokens = 120
    /// Name of the most that kernels may ask of the processor; nil for all it has.
    package var instructions: String?

    package init() {}

    /// Names of captioning models' shapes that can be filled with random weights.
    package static let captionShapes = SyntheticModel.allCases.map(\.rawValue)
    /// Names of segmentation models' shapes that can be filled with random weights.
    package static let segmentationShapes = PublishedSize.allCases.map(\.name)
    /// Names of detectors' shapes that can be filled with random weights.
    package static let detectorShapes = RFDETRSize.allCases.map(\.name)
    /// Names of the formats that random weights can be stored in.
    package static let weightFormats = DataType.allCases.map { $0.rawValue.lowercased() }

    /// Names of limits to the processor's instructions.
    package static let instructionLimits = InstructionLimit.allCases.map(\.rawValue)

    /// Measures the machine, then each model's stages in order.
    /// - Parameter progress: called at each step; an error it throws ends the measurement.
    /// - Throws: `InputError` for an invalid setting or an unusable model, before anything is measured.
    package func run(progress: (Progress) throws -> Void = { _ in }) throws -> BenchmarkReport {
        try validate()
        try limitInstructions()
        return try InputError.translating {
            let captionModel = try captionModel(), segmentationModel = try segmentationModel(), detectorModel = try detectorModel()
            let speed = MachineSpeed()
            let timer = StageTimer(repeats: repeats)
            var report = BenchmarkReport(machine: BenchmarkReport.Machine(speed))
            try progress(.machine(report.machine))
            if let caption, let captionModel {
                let benchmark = DescribeAnythingBenchmark(model: try captionModel(), timer: timer, tokens: tokens)
                let about = BenchmarkReport.Model(
                    caption, weights: benchmark.model.dataType, vision: benchmark.model.visionDataType)
                try measure(
                    about, captionStages, BenchmarkStage.describeAnything, speed.allCores, into: &report, progress,
                    benchmark.measure)
            }
            if let segmentation, let segmentationModel {
                let model = try segmentationModel()
                let about = BenchmarkReport.Model(segmentation, weights: model.dataType)
                let benchmark = SegmentAnythingBenchmark(model: model, timer: timer)
                try measure(
                    about, segmentationStages, BenchmarkStage.segmentAnything, speed.allCores, into: &report, progress,
                    benchmark.measure)
            }
            if let detector, let detectorModel {
                let model = try detectorModel()
                try measure(
                    BenchmarkReport.Model(detector, weights: model.format), detectorStages, BenchmarkStage.detector, speed.allCores,
                    into: &report, progress, DetectorBenchmark(model: model, timer: timer).measure)
            }
            return report
        }
    }

    private func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            guard holds else { throw InputError(.usage, message) }
        }
        try require((1...1000).contains(repeats), "repeat \(repeats): expected 1 to 1000")
        try require((1...100_000).contains(tokens), "tokens \(tokens): expected 1 to 100000")
        for stage in BenchmarkStage.allCases where stages?.contains(stage) == true {
            let (model, kind) =
                switch stage {
                case .describeAnything: (caption, "that captions")
                case .segmentAnything: (segmentation, "that segments")
                case .detector: (detector, "that detects")
                }
            try require(model != nil, "stage \(stage.rawValue): found no model \(kind), expected one")
        }
    }

    private func limitInstructions() throws {
        guard let instructions else { return }
        guard let limit = InstructionLimit(rawValue: instructions) else {
            let known = Self.instructionLimits.joined(separator: ", ")
            throw InputError(.usage, "instructions \(instructions): expected one of \(known)")
        }
        guard limit.isThere else {
            throw InputError(.usage, "instructions \(instructions): found a processor without them, expected one that has them")
        }
        limit.apply()
    }

    private func measure<Stage>(
        _ model: BenchmarkReport.Model, _ stages: [Stage], _ name: (Stage) -> BenchmarkStage, _ limits: MachineSpeed.Limits,
        into report: inout BenchmarkReport, _ progress: (Progress) throws -> Void,
        _ body: (Stage) throws -> StageMeasurement
    ) throws {
        report.models.append(model)
        try progress(.loaded(model))
        for stage in stages {
            try progress(.started(name(stage)))
            let measured = BenchmarkReport.Stage(name(stage), try body(stage), limits)
            report.stages.append(measured)
            try progress(.finished(measured))
        }
    }

    // MARK: Stages

    private var captionStages: [DescribeAnythingStage] {
        DescribeAnythingStage.allCases.filter { stages?.contains(.describeAnything($0)) ?? true }
    }

    private var segmentationStages: [SegmentAnythingStage] {
        SegmentAnythingStage.allCases.filter { stages?.contains(.segmentAnything($0)) ?? true }
    }

    private var detectorStages: [DetectorStage] { DetectorStage.allCases.filter { stages?.contains(.detector($0)) ?? true } }

    // MARK: Models

    /// Maps a checkpoint right away, so that an invalid one is reported before measuring. Random weights, which need memory, are
    /// made when the result is called. Nil without a captioning model or stages of it to measure.
    private func captionModel() throws -> (() throws -> DescribeAnythingModel)? {
        switch caption {
        case .directory(let directory)? where !captionStages.isEmpty:
            let model = try DescribeAnythingModel(directory: directory)
            return { model }
        case .synthetic(let name, let weights, let vision)? where !captionStages.isEmpty:
            let shape = try Self.shape(SyntheticModel(rawValue: name), name, of: Self.captionShapes)
            let language = try Self.format(weights), vision = try vision.map(Self.format) ?? language
            return { try DescribeAnythingModel(shape, vision: vision, language: language) }
        default: return nil
        }
    }

    private func segmentationModel() throws -> (() throws -> SegmentAnythingVideoModel)? {
        switch segmentation {
        case .directory(let path)? where !segmentationStages.isEmpty:
            let files = try SegmentAnythingCheckpoint(path: path)
            let model = try SegmentAnythingVideoModel(files)
            return { model }
        case .synthetic(let name, let weights, _)? where !segmentationStages.isEmpty:
            let size = try Self.shape(PublishedSize.allCases.first { $0.name == name }, name, of: Self.segmentationShapes)
            let format = try Self.format(weights)
            return { try SegmentAnythingVideoModel(size, format) }
        default: return nil
        }
    }

    private func detectorModel() throws -> (() throws -> any PictureDetector)? {
        switch detector {
        case .directory(let path)? where !detectorStages.isEmpty:
            let model = try PictureDetectors.open(path)
            return { model }
        case .synthetic(let name, let weights, _)? where !detectorStages.isEmpty:
            let size = try Self.shape(RFDETRSize.allCases.first { $0.name == name }, name, of: Self.detectorShapes)
            let format = try Self.format(weights)
            guard PictureDetectors.formats.contains(format) else {
                let known = PictureDetectors.formats.map { $0.rawValue.lowercased() }
                throw InputError(.usage, "\(name): found weights \(weights), expected one of \(known.joined(separator: ", "))")
            }
            return { try RFDETRDetector(size, format: format) }
        default: return nil
        }
    }

    private static func shape<Shape>(_ shape: Shape?, _ name: String, of known: [String]) throws -> Shape {
        guard let shape else {
            throw InputError(.usage, "\(name): found no shapes of this name, expected one of \(known.joined(separator: ", "))")
        }
        return shape
    }

    private static func format(_ name: String) throws -> DataType {
        guard let format = DataType(rawValue: name.uppercased()) else {
            throw InputError(.usage, "weights \(name): expected one of \(weightFormats.joined(separator: ", "))")
        }
        return format
    }
}
