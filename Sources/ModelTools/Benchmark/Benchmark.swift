import DescribeAnything
import Imaging
import SegmentAnything
import Tensors

/// Measures this machine, and how long the stages of a model take on it.
public struct Benchmark: Sendable {
    /// Where a model comes from.
    public enum Source: Sendable, Equatable {
        /// A checkpoint directory.
        case directory(String)
        /// Random weights in the shapes of this name, stored in one of `Benchmark.weightFormats`; those of a captioning
        /// model's vision tower, context provider and projector in a format of their own.
        case synthetic(String, weights: String, vision: String? = nil)
    }

    /// How far a measurement has come.
    public enum Progress: Sendable {
        case machine(BenchmarkReport.Machine)
        case loaded(BenchmarkReport.Model)
        case started(BenchmarkStage)
        case finished(BenchmarkReport.Stage)
    }

    /// The model that captions; nil to leave its stages out.
    public var caption: Source?
    /// The model that segments; nil to leave its stages out.
    public var segmentation: Source?
    /// The stages to measure; nil for all of the models'.
    public var stages: Set<BenchmarkStage>?
    /// Runs of each stage; the median counts.
    public var repeats = 3
    /// Tokens of the caption.
    public var tokens = 120

    public init() {}

    /// Shapes of captioning models there are without a checkpoint.
    public static let captionShapes = SyntheticModel.allCases.map(\.rawValue)
    /// Shapes of segmenting models there are without a checkpoint.
    public static let segmentationShapes = PublishedSize.allCases.map(\.name)
    /// Formats of random weights.
    public static let weightFormats = DataType.allCases.map { $0.rawValue.lowercased() }

    /// - Parameter progress: told of each step; what it throws ends the call.
    /// - Throws: `InputError` when a setting makes no sense or a model cannot be used; before anything is measured.
    public func run(progress: (Progress) throws -> Void = { _ in }) throws -> BenchmarkReport {
        try validate()
        return try InputError.translating {
            let captionModel = try captionModel(), segmentationModel = try segmentationModel()
            let speed = MachineSpeed()
            let timer = StageTimer(speed: speed, repeats: repeats)
            var report = BenchmarkReport(machine: BenchmarkReport.Machine(speed))
            try progress(.machine(report.machine))
            if let caption, let captionModel {
                let benchmark = DescribeAnythingBenchmark(model: try captionModel(), timer: timer, tokens: tokens)
                let about = BenchmarkReport.Model(
                    caption, weights: benchmark.model.dataType, vision: benchmark.model.visionDataType)
                try measure(about, segmentation: false, into: &report, progress, benchmark.measure)
            }
            if let segmentation, let segmentationModel {
                let model = try segmentationModel()
                let about = BenchmarkReport.Model(segmentation, weights: model.dataType)
                try measure(
                    about, segmentation: true, into: &report, progress,
                    SegmentAnythingBenchmark(model: model, timer: timer).measure)
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
            try require(
                (stage.isSegmentation ? segmentation : caption) != nil,
                "stage \(stage.rawValue): found no model \(stage.isSegmentation ? "that segments" : "that captions"), expected one")
        }
    }

    private func measure(
        _ model: BenchmarkReport.Model, segmentation: Bool, into report: inout BenchmarkReport,
        _ progress: (Progress) throws -> Void, _ body: (BenchmarkStage) throws -> BenchmarkReport.Stage
    ) throws {
        report.models.append(model)
        try progress(.loaded(model))
        for stage in BenchmarkStage.allCases where stage.isSegmentation == segmentation && stages?.contains(stage) ?? true {
            try progress(.started(stage))
            let measured = try body(stage)
            report.stages.append(measured)
            try progress(.finished(measured))
        }
    }

    // MARK: Models

    /// A checkpoint is mapped at once, so that a bad one is found before anything is measured; random weights, which take
    /// memory, are made when their turn comes. Nil without a model or stages of it.
    private func captionModel() throws -> (() throws -> DescribeAnythingModel)? {
        switch caption {
        case .directory(let directory)? where wants(segmentation: false):
            let model = try DescribeAnythingModel(directory: directory)
            return { model }
        case .synthetic(let name, let weights, let vision)? where wants(segmentation: false):
            let shape = try Self.shape(SyntheticModel(rawValue: name), name, of: Self.captionShapes)
            let language = try Self.format(weights), vision = try vision.map(Self.format) ?? language
            return { try DescribeAnythingModel(shape, vision: vision, language: language) }
        default: return nil
        }
    }

    private func segmentationModel() throws -> (() throws -> SegmentAnythingVideoModel)? {
        switch segmentation {
        case .directory(let path)? where wants(segmentation: true):
            let files = try SegmentAnythingCheckpoint(path: path)
            let model = try SegmentAnythingVideoModel(files)
            return { model }
        case .synthetic(let name, let weights, _)? where wants(segmentation: true):
            let size = try Self.shape(PublishedSize.allCases.first { $0.name == name }, name, of: Self.segmentationShapes)
            let format = try Self.format(weights)
            return { try SegmentAnythingVideoModel(size, format) }
        default: return nil
        }
    }

    private func wants(segmentation: Bool) -> Bool {
        stages.map { $0.contains { $0.isSegmentation == segmentation } } ?? true
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
