import DescribeAnything
import Foundation
import Tensors

/// Measures this machine, and how long the stages of a model take on it.
public struct Benchmark: Sendable {
    /// Where a model comes from.
    public enum Source: Sendable, Equatable {
        /// A checkpoint directory.
        case directory(String)
        /// Random weights in the shapes of this name, stored as "f32", "f16" or "bf16".
        case synthetic(String, weights: String)
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
    /// The stages to measure; nil for all of the model's.
    public var stages: Set<BenchmarkStage>?
    /// Runs of each stage; the median counts.
    public var repeats = 3
    /// Tokens of the caption.
    public var tokens = 120

    public init() {}

    /// Shapes there are without a checkpoint.
    public static let captionShapes = SyntheticModel.allCases.map(\.rawValue)
    /// Formats of random weights.
    public static let weightFormats = DataType.allCases.map { $0.rawValue.lowercased() }

    /// - Parameter progress: told of each step; what it throws ends the call.
    /// - Throws: `DAMVideoError` when a setting makes no sense or a model cannot be used.
    public func run(progress: (Progress) throws -> Void = { _ in }) throws -> BenchmarkReport {
        try validate()
        return try DAMVideoError.translating {
            let speed = MachineSpeed()
            var report = BenchmarkReport(machine: BenchmarkReport.Machine(speed), models: [])
            try progress(.machine(report.machine))
            let timer = StageTimer(speed: speed, repeats: repeats)
            if let caption, wants(segmentation: false) {
                let model = try load(caption)
                let about = BenchmarkReport.Model(caption, weights: model.dataType)
                report.models.append(about)
                try progress(.loaded(about))
                let benchmark = DescribeAnythingBenchmark(model: model, timer: timer, tokens: tokens)
                try measure(segmentation: false, into: &report, progress, benchmark.measure)
            }
            return report
        }
    }

    private func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            guard holds else { throw DAMVideoError(.usage, message) }
        }
        try require((1...1000).contains(repeats), "repeat \(repeats): expected 1 to 1000")
        try require((1...100_000).contains(tokens), "tokens \(tokens): expected 1 to 100000")
        for stage in BenchmarkStage.allCases where stages?.contains(stage) == true {
            try require(caption != nil, "stage \(stage.rawValue): found no model for it, expected one")
        }
    }

    private func wants(segmentation: Bool) -> Bool {
        stages.map { $0.contains { $0.isSegmentation == segmentation } } ?? true
    }

    private func measure(
        segmentation: Bool, into report: inout BenchmarkReport, _ progress: (Progress) throws -> Void,
        _ body: (BenchmarkStage) throws -> BenchmarkReport.Stage
    ) throws {
        for stage in BenchmarkStage.allCases where stage.isSegmentation == segmentation && stages?.contains(stage) ?? true {
            try progress(.started(stage))
            let measured = try body(stage)
            report.stages.append(measured)
            try progress(.finished(measured))
        }
    }

    private func load(_ source: Source) throws -> DescribeAnythingModel {
        switch source {
        case .directory(let directory): try DescribeAnythingModel(directory: directory)
        case .synthetic(let name, let weights):
            try DescribeAnythingModel(try Self.shape(SyntheticModel(rawValue: name), name), try Self.format(weights))
        }
    }

    private static func shape<Shape>(_ shape: Shape?, _ name: String) throws -> Shape {
        guard let shape else {
            throw DAMVideoError(.usage, "\(name): found no shapes of this name, expected one of \(captionShapes.joined(separator: ", "))")
        }
        return shape
    }

    private static func format(_ name: String) throws -> DataType {
        guard let format = DataType(rawValue: name.uppercased()) else {
            throw DAMVideoError(.usage, "weights \(name): expected one of \(weightFormats.joined(separator: ", "))")
        }
        return format
    }
}

extension BenchmarkReport.Machine {
    init(_ speed: MachineSpeed) {
        let facts = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let line = facts?.split(separator: "\n").first { $0.hasPrefix("model name") }
        self.init(
            processor: line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }, cores: speed.cores,
            floatInstructions: speed.floatInstructions, int8Instructions: speed.int8Instructions,
            oneCore: BenchmarkReport.Limits(speed.oneCore), allCores: BenchmarkReport.Limits(speed.allCores))
    }
}

extension BenchmarkReport.Limits {
    init(_ limits: MachineSpeed.Limits) {
        self.init(
            floatGigaops: limits.float / 1e9, int8Gigaops: limits.int8 / 1e9, readGigabytes: limits.read / 1e9)
    }
}

extension BenchmarkReport.Model {
    init(_ source: Benchmark.Source, weights: DataType) {
        let format = weights.rawValue.lowercased()
        switch source {
        case .directory(let path): self.init(name: path, isSynthetic: false, weights: format)
        case .synthetic(let name, _): self.init(name: name, isSynthetic: true, weights: format)
        }
    }
}
