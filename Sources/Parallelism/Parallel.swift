import CKernels
import Foundation

/// The project's only parallel loop, on one pool of threads.
package enum Parallel {
    /// Cores available to this process, from its affinity mask.
    package static let coreCount: Int = {
        let usable = kernel_usable_processors()
        return usable > 0 ? usable : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }()

    private static let pool = WorkerPool(threads: coreCount - 1)

    /// Upper bound on the threads of one loop, including the caller's: `coreCount` unless lowered. Results do not depend on it.
    package static var threadLimit: Int {
        get { pool.threadLimit }
        set { pool.threadLimit = min(max(1, newValue), coreCount) }
    }

    /// Runs `body` for 0 ..< count on all cores and returns when every call has. Calls must be independent.
    package static func forEach(_ count: Int, _ body: (Int) -> Void) {
        pool.run(count, body)
    }

    /// Divides 0 ..< count into ranges of about equal length, several per core so that a delayed core does not delay the rest. No
    /// range is shorter than `minimum` (except perhaps the last); lengths are multiples of `multiple`. Longer ranges come first,
    /// and differ by at most one multiple.
    package static func ranges(
        _ count: Int, minimum: Int = 1, multiple: Int = 1, perCore: Int = 2, _ body: (Range<Int>) -> Void
    ) {
        let units = (count + multiple - 1) / multiple, least = (minimum + multiple - 1) / multiple
        let parts = max(1, min(coreCount == 1 ? 1 : coreCount * perCore, units / max(1, least)))
        let length = units / parts, longer = units % parts
        forEach(count > 0 ? parts : 0) { part in
            let first = part * length + min(part, longer), end = first + length + (part < longer ? 1 : 0)
            body(first * multiple..<min(count, end * multiple))
        }
    }

    /// Divides 0 ..< count into at most 8 ranges of at least `minimum`, equal on all machines: for loops whose result depends on
    /// the division, such as single-precision sums.
    package static func fixedRanges(_ count: Int, minimum: Int = 8, _ body: (Range<Int>) -> Void) {
        let length = max(minimum, (count + 7) / 8)
        forEach((count + length - 1) / length) { part in
            body(part * length..<min(count, (part + 1) * length))
        }
    }

    /// Results of `body` for 0 ..< count, in order, computed on all cores.
    package static func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
        [Result](unsafeUninitializedCapacity: max(0, count)) { results, initialized in
            let results = results
            forEach(count) { results.initializeElement(at: $0, to: body($0)) }
            initialized = max(0, count)
        }
    }
}
