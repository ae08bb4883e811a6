/// Runs a stage a number of times.
struct StageTimer {
    /// Runs of each stage; the median counts.
    let repeats: Int

    /// Durations of a stage's runs, and the memory they took.
    struct Runs {
        let seconds: [Double]
        /// Most memory that was resident during the runs; nil where the system does not tell.
        let peakResidentBytes: Int?
    }

    /// Calls `body` `repeats` times.
    func run(_ body: () throws -> Void) rethrows -> Runs {
        let clock = ContinuousClock()
        PeakMemory.reset()
        let seconds = try (0..<repeats).map { _ in try clock.measure(body) / .seconds(1) }
        return Runs(seconds: seconds, peakResidentBytes: PeakMemory.bytes)
    }
}

extension [Double] {
    /// The middle one, or halfway between the two in the middle.
    package var median: Double {
        let sorted = sorted(), middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
