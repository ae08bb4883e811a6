import Tensors

/// Runs stages and says how long they took against what the machine could do.
struct StageTimer {
    let speed: MachineSpeed
    /// Runs of each stage; the median counts.
    let repeats: Int

    /// What was found of a stage.
    struct Runs {
        let seconds: [Double]
        let peakResidentBytes: Int?
    }

    /// Runs a stage as often as was asked for.
    func run(_ body: () throws -> Void) rethrows -> Runs {
        let clock = ContinuousClock()
        PeakMemory.reset()
        let seconds = try (0..<repeats).map { _ in try clock.measure(body) / .seconds(1) }
        return Runs(seconds: seconds, peakResidentBytes: PeakMemory.bytes)
    }

    /// - Parameters:
    ///   - count: what one run did, in units of `unit`.
    ///   - work: what one run comes to, step by step.
    func stage(
        _ name: BenchmarkStage, _ count: Int, _ unit: String, work: [ComputeCost], _ runs: Runs
    ) -> BenchmarkReport.Stage {
        let seconds = runs.seconds.median, total = work.sum, limit = work.limit(speed.allCores)
        return BenchmarkReport.Stage(
            name: name, seconds: seconds, runs: runs.seconds, unit: unit, count: count, rate: Double(count) / seconds,
            gigaops: total.operations / 1e9, gigaopsPerSecond: total.operations / 1e9 / seconds,
            gigabytes: total.bytes / 1e9, gigabytesPerSecond: total.bytes / 1e9 / seconds,
            limitSeconds: limit.seconds, limit: limit.isArithmetic ? "arithmetic" : "memory",
            percentOfLimit: 100 * limit.seconds / seconds, peakResidentBytes: runs.peakResidentBytes)
    }
}

extension [Double] {
    /// The middle one, or halfway between the two in the middle.
    package var median: Double {
        let sorted = sorted(), middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
