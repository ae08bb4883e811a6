import Foundation

/// Runs a stage a number of times.
struct StageTimer {
    /// Runs of each stage; the median counts.
    let repeats: Int

    /// Durations of a stage's runs, and the memory they took.
    struct Runs {
        let seconds: [Double]
        /// Processor time of each, user and system, of all threads.
        let processorSeconds: [Double]
        /// Most memory that was resident during the runs; nil where the system does not tell.
        let peakResidentBytes: Int?
    }

    /// Calls `body` `repeats` times.
    func run(_ body: () throws -> Void) rethrows -> Runs {
        let clock = ContinuousClock()
        PeakMemory.reset()
        var seconds: [Double] = [], processor: [Double] = []
        for _ in 0..<repeats {
            let before = Self.processorTime
            seconds.append(try clock.measure(body) / .seconds(1))
            processor.append(Self.processorTime - before)
        }
        return Runs(seconds: seconds, processorSeconds: processor, peakResidentBytes: PeakMemory.bytes)
    }

    /// Processor time of this process so far.
    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension [Double] {
    /// The middle one, or halfway between the two in the middle.
    package var median: Double {
        let sorted = sorted(), middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
