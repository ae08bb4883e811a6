import DAMVideo
import Foundation
import Tensors

/// How long the stages of a model take here, and how near that is to what the machine can do. Schema `damvideo-bench/1`.
public struct BenchmarkReport: Codable, Sendable {
    public var schema = "damvideo-bench/1"
    public var tool = CaptionDocument.Tool()
    public var machine: Machine
    public var models: [Model] = []
    public var stages: [Stage] = []

    /// What the machine can do, measured before the stages.
    public struct Machine: Codable, Sendable {
        /// As the processor calls itself; nil where it does not.
        public let processor: String?
        /// Cores this process may use.
        public let cores: Int
        /// The instructions of the fastest loops.
        public let floatInstructions: String
        public let int8Instructions: String
        /// Nil where there are none for bfloat16.
        public let bfloat16Instructions: String?
        public let oneCore: Limits
        public let allCores: Limits

        enum CodingKeys: String, CodingKey {
            case processor, cores
            case floatInstructions = "float_instructions"
            case int8Instructions = "int8_instructions"
            case bfloat16Instructions = "bfloat16_instructions"
            case oneCore = "one_core"
            case allCores = "all_cores"
        }
    }

    public struct Limits: Codable, Sendable {
        /// 10^9 single-precision operations a second, two for a multiply-add.
        public let floatGigaops: Double
        /// 10^9 operations a second on 8-bit numbers, two for a product and its sum.
        public let int8Gigaops: Double
        /// The same on bfloat16 numbers; nil where there are no instructions for them.
        public let bfloat16Gigaops: Double?
        /// 10^9 bytes a second read from memory.
        public let readGigabytes: Double

        enum CodingKeys: String, CodingKey {
            case floatGigaops = "float_gflops"
            case int8Gigaops = "int8_gops"
            case bfloat16Gigaops = "bfloat16_gflops"
            case readGigabytes = "read_gbytes"
        }
    }

    public struct Model: Codable, Sendable {
        /// A directory, or the name of shapes that were filled with random numbers.
        public let name: String
        public let isSynthetic: Bool
        /// How its weights are stored, of a captioning model those of its language model: "f32", "f16", "bf16", "q8" or "q4".
        public let weights: String
        /// How a captioning model's vision tower is stored.
        public let visionWeights: String?

        enum CodingKeys: String, CodingKey {
            case name, weights
            case visionWeights = "vision_weights"
            case isSynthetic = "synthetic"
        }
    }

    public struct Stage: Codable, Sendable {
        public let name: BenchmarkStage
        /// Median of the runs.
        public let seconds: Double
        public let runs: [Double]
        /// What one run did: so many "frame", "token" or "object"; for a caption, its tokens.
        public let unit: String
        public let count: Int
        /// Units a second.
        public let rate: Double
        /// 10^9 operations of one run, on numbers of single precision or of 8 bits, counted from the configuration, and how
        /// many a second that makes.
        public let gigaops: Double
        public let gigaopsPerSecond: Double
        /// 10^9 bytes one run must move at the least, and how many a second that makes.
        public let gigabytes: Double
        public let gigabytesPerSecond: Double
        /// What the machine's arithmetic or memory, whichever is slower for each step, would need.
        public let limitSeconds: Double
        /// Which of the two is the slower: "arithmetic" or "memory".
        public let limit: String
        public let percentOfLimit: Double
        /// Most memory the process had resident during the stage, mapped weights included; nil where the system does not say.
        public let peakResidentBytes: Int?

        enum CodingKeys: String, CodingKey {
            case name, seconds, runs, unit, count, rate, limit
            case gigaops = "gflop"
            case gigaopsPerSecond = "gflops"
            case gigabytes = "gbyte"
            case gigabytesPerSecond = "gbytes_per_second"
            case limitSeconds = "limit_seconds"
            case percentOfLimit = "percent_of_limit"
            case peakResidentBytes = "peak_resident_bytes"
        }
    }
}

// How the report says what was measured.

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
