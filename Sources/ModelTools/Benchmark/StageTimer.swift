import Foundation

/// Runs a stage several times.
struct StageTimer {
    /// Runs of each stage, of which the median is reported.
    let repeats: Int

    /// Durations of a stage's runs, and their peak memory.
    struct Runs {
        let seconds: [Double]
        /// Processor time of each run, user and system, over all threads.
        let processorSeconds: [Double]
        /// Peak resident memory during the runs; nil if unknown.
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
    /// The middle value, or the mean of the two middle ones.
    package var median: Double {
        let sorted = sorted(), middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
