import CKernels
import Foundation
import Parallelism

/// Measured peak rates of the machine, as limits for the stages of a model.
package struct MachineSpeed: Sendable {
    /// Peak rates of one core, or of all together.
    package struct Limits: Sendable {
        /// Single-precision operations per second; a multiply-add counts as two.
        package let float: Double
        /// Operations per second on 8-bit integers accumulated in 32 bits; a multiply-add counts as two.
        package let int8: Double
        /// Operations per second on bfloat16 numbers accumulated in single precision; 0 without instructions for them.
        package let bfloat16: Double
        /// Bytes per second read from memory.
        package let read: Double

        package init(float: Double, int8: Double, bfloat16: Double, read: Double) {
            self.float = float
            self.int8 = int8
            self.bfloat16 = bfloat16
            self.read = read
        }
    }

    package let oneCore: Limits
    package let allCores: Limits
    package let cores: Int
    /// Instructions of the fastest loops.
    package let floatInstructions: String
    package let int8Instructions: String
    /// nil without such instructions.
    package let bfloat16Instructions: String?

    /// Measures for a few seconds, and for that time takes memory of four times the last-level cache, at most 1 GiB.
    package init() {
        let float = InstructionSet.fastest(kernel_count_multiply_adds)
        let int8 = InstructionSet.fastest(kernel_count_products)
        let bfloat16 = InstructionSet.fastest(kernel_count_bfloat16_products)
        let memory = ReadBuffer()
        let cores = Parallel.coreCount
        let one = Limits(
            float: float.rate(cores: 1), int8: int8.rate(cores: 1), bfloat16: bfloat16.rate(cores: 1), read: memory.rate(cores: 1))
        oneCore = one
        // All cores are at least as fast as one, even if other load kept them from showing it.
        allCores = Limits(
            float: max(one.float, float.rate(cores: cores)), int8: max(one.int8, int8.rate(cores: cores)),
            bfloat16: max(one.bfloat16, bfloat16.rate(cores: cores)), read: max(one.read, memory.rate(cores: cores)))
        self.cores = cores
        floatInstructions = float.name
        int8Instructions = int8.name
        bfloat16Instructions = one.bfloat16 > 0 ? bfloat16.name : nil
    }
}

/// A loop with certain instructions.
private struct InstructionSet {
    let name: String
    let set: KernelInstructionSet
    let count: (KernelInstructionSet, Int) -> UInt64

    private static let all: [(String, KernelInstructionSet)] = [
        ("portable", KernelPortable), ("AVX2", KernelAVX2), ("AVX-VNNI", KernelAVXVNNI), ("AVX-512", KernelAVX512),
        ("AVX-512 VNNI", KernelAVX512VNNI), ("AMX", KernelAMX), ("NEON dot product", KernelNEONDotProduct),
    ]

    /// Wider is not always faster, so each supported set is tried briefly.
    static func fastest(_ count: @escaping (KernelInstructionSet, Int) -> UInt64) -> InstructionSet {
        let sets = all.map { InstructionSet(name: $0, set: $1, count: count) }
        let rates = sets.map { $0.rate(cores: 1, within: .milliseconds(50)) }
        return sets.indices.max { rates[$0] < rates[$1] }.map { sets[$0] } ?? sets[0]
    }

    /// Operations per second, two for each counted by the loop; 0 if the machine lacks the instructions.
    func rate(cores: Int, within time: Duration = measuringTime) -> Double {
        // About two milliseconds: short enough to catch an idle moment of the machine.
        let iterations = 1 << 20
        guard count(set, 1) > 0 else { return 0 }
        return bestRate(within: time) {
            let counts = Shares(cores) { _ in count(set, iterations) }
            return 2 * Double(counts.sum)
        }
    }
}

/// Memory too large for any cache.
private struct ReadBuffer {
    private let words: TensorStorage

    init() {
        let cache = max(0, sysconf(Int32(_SC_LEVEL3_CACHE_SIZE)))
        let size = min(max(256 << 20, 4 * cache), 1 << 30)
        words = TensorStorage(count: size / 4)
        let values = words.values
        Parallel.ranges(values.count) { range in
            // Any nonzero value, so that each page is distinct.
            for index in range { values[index] = 1 }
        }
    }

    /// Bytes per second, each core reading a part of its own. A part is read through the whole memory before it is read again,
    /// so it comes from memory and not from a cache.
    func rate(cores: Int) -> Double {
        let part = 4 << 20, parts = words.values.count / (cores * part)
        var next = 0
        return bestRate {
            let start = next % parts * cores * part
            next += 1
            let sums = Shares(cores) { core in
                words.start.withMemoryRebound(to: UInt32.self, capacity: words.values.count) {
                    UInt64(kernel_sum_words($0 + start + core * part, part))
                }
            }
            // All words are equal, so the sum shows how many were read.
            precondition(sums.values.allSatisfy { $0 == UInt64(UInt32(part) &* Float(1).bitPattern) }, "words not read")
            return Double(cores * part * 4)
        }
    }
}

/// Measurements of each core.
private struct Shares {
    private(set) var values: [UInt64]

    init(_ cores: Int, _ body: (Int) -> UInt64) {
        var values = [UInt64](repeating: 0, count: cores)
        values.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let buffer = buffer
            Parallel.forEach(cores) { buffer[$0] = body($0) }
        }
        self.values = values
    }

    var sum: UInt64 { values.reduce(0, +) }
}

/// Time per measurement: a longer one is more likely to catch an idle moment of a busy machine, but delays the first result.
private let measuringTime = Duration.milliseconds(300)

/// The best rate of the runs that fit into a time, because other load only slows runs down.
private func bestRate(within time: Duration = measuringTime, _ body: () -> Double) -> Double {
    let clock = ContinuousClock(), end = clock.now + time
    var best = 0.0
    repeat {
        var amount = 0.0
        let seconds = clock.measure { amount = body() } / .seconds(1)
        if seconds > 0 { best = max(best, amount / seconds) }
    } while clock.now < end
    return best
}
