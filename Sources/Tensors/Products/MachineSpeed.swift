import CKernels
import Foundation
import Parallelism

/// Measured peak rates of the machine: the limits that stages of a model are compared with.
package struct MachineSpeed: Sendable {
    /// Peak rates of one core, or of all together.
    package struct Limits: Sendable {
        /// Single-precision operations a second; a multiply-add is two.
        package let float: Double
        /// Operations a second on 8-bit numbers summed in 32 bits; a product and its sum are two.
        package let int8: Double
        /// Operations a second on bfloat16 numbers summed in single precision; 0 where there are no instructions for them.
        package let bfloat16: Double
        /// Bytes a second read from memory.
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
    /// The instructions the fastest loops were made of.
    package let floatInstructions: String
    package let int8Instructions: String
    /// Nil where there are none.
    package let bfloat16Instructions: String?

    /// Takes a few seconds and for that time memory of four times the last cache, 1 GiB at most.
    package init() {
        let float = InstructionSet.fastest(kernel_count_multiply_adds)
        let int8 = InstructionSet.fastest(kernel_count_products)
        let bfloat16 = InstructionSet.fastest(kernel_count_bfloat16_products)
        let memory = ReadBuffer()
        let cores = Parallel.coreCount
        let one = Limits(
            float: float.rate(cores: 1), int8: int8.rate(cores: 1), bfloat16: bfloat16.rate(cores: 1), read: memory.rate(cores: 1))
        oneCore = one
        // All cores can do what one does, also where something else kept them from showing it.
        allCores = Limits(
            float: max(one.float, float.rate(cores: cores)), int8: max(one.int8, int8.rate(cores: cores)),
            bfloat16: max(one.bfloat16, bfloat16.rate(cores: cores)), read: max(one.read, memory.rate(cores: cores)))
        self.cores = cores
        floatInstructions = float.name
        int8Instructions = int8.name
        bfloat16Instructions = one.bfloat16 > 0 ? bfloat16.name : nil
    }
}

/// A loop made of certain instructions.
private struct InstructionSet {
    let name: String
    let set: KernelInstructionSet
    let count: (KernelInstructionSet, Int) -> UInt64

    private static let all: [(String, KernelInstructionSet)] = [
        ("portable", KernelPortable), ("AVX2", KernelAVX2), ("AVX-VNNI", KernelAVXVNNI), ("AVX-512", KernelAVX512),
        ("AVX-512 VNNI", KernelAVX512VNNI), ("AMX", KernelAMX), ("NEON dot product", KernelNEONDotProduct),
    ]

    /// Wider is not always faster: each set the machine has is tried for a moment.
    static func fastest(_ count: @escaping (KernelInstructionSet, Int) -> UInt64) -> InstructionSet {
        let sets = all.map { InstructionSet(name: $0, set: $1, count: count) }
        let rates = sets.map { $0.rate(cores: 1, within: .milliseconds(50)) }
        return sets.indices.max { rates[$0] < rates[$1] }.map { sets[$0] } ?? sets[0]
    }

    /// Operations a second, two for each that the loop counted; 0 when the machine lacks the instructions.
    func rate(cores: Int, within time: Duration = measuringTime) -> Double {
        // About two milliseconds: short enough to find the machine idle now and then.
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
            // Any number but zero, so that each page is one of its own.
            for index in range { values[index] = 1 }
        }
    }

    /// Bytes a second, each core reading a part of its own. Parts are read one after the other through the whole memory,
    /// so that each comes from there and not from a cache.
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
            // Every word is the same, so the sum tells how many were read.
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

/// Time of each measurement: longer finds a busy machine idle more often, and lets the user wait for the first result.
private let measuringTime = Duration.milliseconds(300)

/// The best rate of the runs that fit into a time: whatever else the machine does only makes one slower.
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
