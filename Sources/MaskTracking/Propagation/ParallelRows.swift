import Dispatch
import Synchronization

/// Runs `body` over ranges that divide 0 ..< count, on all cores; calls must not depend on each other. How the range is
/// divided does not depend on the machine, so results are the same on any number of cores.
func parallelRows(_ count: Int, minimum: Int = 8, _ body: (Range<Int>) -> Void) {
    let length = max(minimum, (count + 7) / 8)
    let parts = (count + length - 1) / length
    guard parts > 1 else {
        if count > 0 { body(0..<count) }
        return
    }
    withoutActuallyEscaping(body) { body in
        // Callers write to disjoint rows of a buffer, which the compiler cannot see.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            body(part * length..<min(count, (part + 1) * length))
        }
    }
}

/// `body` of each of 0 ..< count, on all cores, in order.
func parallelMap<Result: Sendable>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    guard count > 1 else { return (0..<max(0, count)).map(body) }
    let results = Mutex<[Int: Result]>([:])
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let result = body(index)
            results.withLock { $0[index] = result }
        }
    }
    let byIndex = results.withLock { $0 }
    return (0..<count).compactMap { byIndex[$0] }
}
