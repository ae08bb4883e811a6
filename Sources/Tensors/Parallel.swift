import CKernels
import COpenBLAS
import Foundation

/// The one place that divides work among the cores. OpenBLAS is told to use a single thread, so that a matrix product
/// inside a parallel loop never competes with the loop's own threads.
package enum Parallel {
    /// Cores this process may use (its affinity mask counts, not the machine's size).
    package static let coreCount: Int = {
        openblas_recognise_processor()
        openblas_set_num_threads(1)
        let usable = kernel_usable_processors()
        return usable > 0 ? usable : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }()

    private static let pool = WorkerPool(threads: coreCount - 1)

    /// Runs `body` for 0 ..< count on all cores and returns when every call has. Calls must not depend on each other.
    package static func forEach(_ count: Int, _ body: (Int) -> Void) {
        pool.run(count, body)
    }

    /// Divides 0 ..< count into ranges of about equal length, a few for each core so that a core that is held up does
    /// not hold up the rest, none shorter than `minimum` (the last may be), lengths a multiple of `multiple`.
    package static func ranges(
        _ count: Int, minimum: Int = 1, multiple: Int = 1, perCore: Int = 2, _ body: (Range<Int>) -> Void
    ) {
        let parts = coreCount == 1 ? 1 : coreCount * perCore
        let even = max(minimum, (count + parts - 1) / parts)
        let length = (even + multiple - 1) / multiple * multiple
        forEach((count + length - 1) / length) { part in
            body(part * length..<min(count, (part + 1) * length))
        }
    }
}
