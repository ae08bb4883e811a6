import DAMVideo
import Foundation
import Tensors

/// Time and throughput of models' stages on this machine, against its roofline. Schema `damvideo-bench/1`.
package struct BenchmarkReport: Codable, Sendable {
    package var schema = "damvideo-bench/1"
    package var tool = CaptionDocument.Tool()
    package var machine: Machine
    package var models: [Model] = []
    package var stages: [Stage] = []

    /// Peak speeds of the machine, measured before the stages.
    package struct Machine: Codable, Sendable {
        /// The processor's name; nil if unknown.
        package let processor: String?
        /// Cores available to this process.
        package let cores: Int
        /// Instruction sets of the fastest loops.
        package let floatInstructions: String
        package let int8Instructions: String
        /// Nil if the processor has none for bfloat16.
        package let bfloat16Instructions: String?
        package let oneCore: Limits
        package let allCores: Limits

        enum CodingKeys: String, CodingKey {
            case processor, cores
            case floatInstructions = "float_instructions"
            case int8Instructions = "int8_instructions"
            case bfloat16Instructions = "bfloat16_instructions"
            case oneCore = "one_core"
            case allCores = "all_cores"
        }
    }

    /// Peak rates of arithmetic and of reading memory.
    package struct Limits: Codable, Sendable {
        /// 10^9 single-precision operations per second; a multiply-add counts as two.
        package let floatGigaops: Double
        /// 10^9 operations per second on 8-bit numbers; a multiply-accumulate counts as two.
        package let int8Gigaops: Double
        /// 10^9 operations per second on bfloat16 numbers; nil if the processor has no instructions for them.
        package let bfloat16Gigaops: Double?
        /// 10^9 bytes per second read from memory.
        package let readGigabytes: Double

        enum CodingKeys: String, CodingKey {
            case floatGigaops = "float_gflops"
            case int8Gigaops = "int8_gops"
            case bfloat16Gigaops = "bfloat16_gflops"
            case readGigabytes = "read_gbytes"
        }
    }

    /// A measured model.
    package struct Model: Codable, Sendable {
        /// Path of a checkpoint, or name of the shapes of random weights.
        package let name: String
        package let isSynthetic: Bool
        /// Data type of the weights, of a captioning model's language model: "f32", "f16", "bf16", "q8" or "q4".
        package let weights: String
        /// Data type of a captioning model's vision tower.
        package let visionWeights: String?

        enum CodingKeys: String, CodingKey {
            case name, weights
            case visionWeights = "vision_weights"
            case isSynthetic = "synthetic"
        }
    }

    /// A stage's time, rates and roofline.
    package struct Stage: Codable, Sendable {
        package let name: BenchmarkStage
        /// Median seconds of `runs`.
        package let seconds: Double
        package let runs: [Double]
        /// Median processor time of the runs, user and system, over all threads.
        package let processorSeconds: Double
        /// Unit of `count`, the work of one run: "frame", "token" or "object"; captions are counted in tokens.
        package let unit: String
        package let count: Int
        /// Units per second.
        package let rate: Double
        /// 10^9 operations per run, in any precision, counted from the model's configuration.
        package let gigaops: Double
        package let gigaopsPerSecond: Double
        /// Lower bound on the bytes moved per run, in 10^9.
        package let gigabytes: Double
        package let gigabytesPerSecond: Double
        /// Seconds per run by the roofline model: for each step the longer of its arithmetic and its memory traffic.
        package let limitSeconds: Double
        /// The larger part of `limitSeconds`: "arithmetic" or "memory".
        package let limit: String
        package let percentOfLimit: Double
        /// Peak resident bytes during the stage, including mapped weights; nil if unknown.
        package let peakResidentBytes: Int?

        enum CodingKeys: String, CodingKey {
            case name, seconds, runs, unit, count, rate, limit
            case gigaops = "gflop"
            case gigaopsPerSecond = "gflops"
            case gigabytes = "gbyte"
            case gigabytesPerSecond = "gbytes_per_second"
            case limitSeconds = "limit_seconds"
            case processorSeconds = "processor_seconds"
            case percentOfLimit = "percent_of_limit"
            case peakResidentBytes = "peak_resident_bytes"
        }
    }
}

// MARK: From measurements

extension BenchmarkReport.Machine {
    init(_ speed: MachineSpeed) {
        let facts = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        let line = facts?.split(separator: "\n").first { $0.hasPrefix("model name") }
        self.init(
            processor: line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }, cores: speed.cores,
            floatInstructions: speed.floatInstructions, int8Instructions: speed.int8Instructions,
            bfloat16Instructions: speed.bfloat16Instructions,
            oneCore: BenchmarkReport.Limits(speed.oneCore), allCores: BenchmarkReport.Limits(speed.allCores))
    }
}

extension BenchmarkReport.Limits {
    init(_ limits: MachineSpeed.Limits) {
        self.init(
            floatGigaops: limits.float / 1e9, int8Gigaops: limits.int8 / 1e9,
            bfloat16Gigaops: limits.bfloat16 > 0 ? limits.bfloat16 / 1e9 : nil, readGigabytes: limits.read / 1e9)
    }
}

extension BenchmarkReport.Model {
    init(_ source: Benchmark.Source, weights: DataType, vision: DataType? = nil) {
        let (name, isSynthetic) =
            switch source {
            case .directory(let path): (path, false)
            case .synthetic(let name, _, _): (name, true)
            }
        self.init(
            name: name, isSynthetic: isSynthetic, weights: weights.rawValue.lowercased(),
            visionWeights: vision?.rawValue.lowercased())
    }
}
