import CKernels
import Dispatch
import Foundation
import Synchronization

/// Threads that help those that run parallel loops. They live as long as the process.
///
/// Decoding a token takes some hundred loops of a few hundred microseconds each, with short gaps. Sleeping after each loop would
/// cost 50 microseconds per wake-up (in total an eighth of a token's time for a 3B model in 4 bits), so threads spin for a while
/// first.
///
/// States of a thread:
/// ```
///           a loop has calls left
///   SEEKING ----------------------> WORKING --+
///     ^  |                             |      | no call left
///     |  | none for 100 µs             +------+--> SEEKING
///     |  v
///   ASLEEP (counted in `sleepers`, waits on `alarm`)
/// ```
/// A new loop increments `begun` and then subtracts as many sleepers as it has calls, signalling `alarm` once for each. A thread
/// that falls asleep increments `sleepers` and then reads `begun` again. Both pairs are sequentially consistent, so that one of
/// the two sees the other: no loop goes unnoticed, and every signal has a sleeper.
package final class WorkerPool: Sendable {
    /// Running loops, oldest first.
    private let loops = Mutex<[ParallelLoop]>([])
    /// Number of loops started so far, which idle threads watch.
    private let begun = Atomic<Int>(0)
    /// Threads that are asleep or about to sleep, and have not been woken.
    private let sleepers = Atomic<Int>(0)
    private let alarm = DispatchSemaphore(value: 0)

    private let threads: Int
    private let limit: Atomic<Int>

    /// Upper bound on the threads of one loop, including the caller's.
    package var threadLimit: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    /// - Parameter threads: number of threads in addition to the callers'.
    package init(threads: Int) {
        self.threads = threads
        limit = Atomic(threads + 1)
        for _ in 0..<threads { Thread.detachNewThread { self.takePart() } }
    }

    /// Runs `body` for 0 ..< count on this thread and those of the pool; returns when every call has. Calls may run loops of
    /// their own, and several threads may run loops concurrently.
    package func run(_ count: Int, _ body: (Int) -> Void) {
        let helpers = min(threads, threadLimit - 1)
        guard count > 1, helpers > 0 else {
            for number in 0..<max(0, count) { body(number) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { body in
                let loop = ParallelLoop(count, body, helpers: helpers)
                loops.withLock { $0.append(loop) }
                begun.add(1, ordering: .sequentiallyConsistent)
                for _ in 0..<withdrawSleepers(atMost: min(count - 1, helpers)) { alarm.signal() }
                loop.takePart(isOwner: true)
                loops.withLock { $0.removeAll { $0 === loop } }
                loop.waitForOthers()
            }
        }
    }

    private func takePart() {
        while true {
            let seen = begun.load(ordering: .sequentiallyConsistent)
            if let loop = loops.withLock({ $0.first { $0.admitHelper() } }) {
                loop.takePart(isOwner: false)
            } else if !spin(until: { begun.load(ordering: .relaxed) != seen }) {
                sleepUnlessBegun(after: seen)
            }
        }
    }

    private func sleepUnlessBegun(after seen: Int) {
        sleepers.add(1, ordering: .sequentiallyConsistent)
        // A loop started before this thread was counted does not wake it; a later one does, or already has.
        if begun.load(ordering: .sequentiallyConsistent) != seen, withdrawSleepers(atMost: 1) == 1 { return }
        alarm.wait()
    }

    /// Subtracts from the sleepers, which are then awake or must be woken.
    private func withdrawSleepers(atMost wanted: Int) -> Int {
        var known = sleepers.load(ordering: .sequentiallyConsistent)
        while known > 0 {
            let taken = min(known, wanted)
            let result = sleepers.compareExchange(
                expected: known, desired: known - taken, ordering: .sequentiallyConsistent)
            if result.exchanged { return taken }
            known = result.original
        }
        return 0
    }
}

/// A loop whose calls are handed out on request: to the loop's thread from the first on, to the others from the last on. Loops over the
/// same data thus give a part of it to the same core, whose caches have it.
private final class ParallelLoop: Sendable {
    private let count: Int
    // Owned by the caller of `run`, which waits for all calls. A pool thread may hold the loop longer, but does not use the body
    // then.
    private nonisolated(unsafe) let body: UnsafePointer<(Int) -> Void>
    private let taken = Atomic<Int>(0)
    private let takenFirst = Atomic<Int>(0)
    private let takenLast = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    /// Number of pool threads that may still join.
    private let openings: Atomic<Int>
    private let isAwaited = Atomic<Bool>(false)
    private let end = DispatchSemaphore(value: 0)

    init(_ count: Int, _ body: UnsafePointer<(Int) -> Void>, helpers: Int) {
        self.count = count
        self.body = body
        openings = Atomic(helpers)
    }

    /// Lets a pool thread join: true while calls are left and the limit is not reached.
    func admitHelper() -> Bool {
        guard taken.load(ordering: .relaxed) < count, openings.load(ordering: .relaxed) > 0 else { return false }
        return openings.subtract(1, ordering: .relaxed).oldValue > 0
    }

    /// - Parameter isOwner: true for the loop's thread.
    func takePart(isOwner: Bool) {
        while taken.add(1, ordering: .relaxed).oldValue < count {
            call(isOwner ? takenFirst.add(1, ordering: .relaxed).oldValue : count - takenLast.add(1, ordering: .relaxed).newValue)
            if finished.add(1, ordering: .sequentiallyConsistent).newValue == count,
                isAwaited.load(ordering: .sequentiallyConsistent)
            {
                end.signal()
            }
        }
    }

    // A separate function, so that no reference to the body outlives the call.
    @inline(never)
    private func call(_ number: Int) { body.pointee(number) }

    /// Waits for all calls to return.
    func waitForOthers() {
        if spin(until: { finished.load(ordering: .acquiring) == count }) { return }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        if finished.load(ordering: .sequentiallyConsistent) < count { end.wait() }
    }
}

/// Spins until a condition holds, for at most 100 microseconds; false if it did not.
private func spin(until condition: () -> Bool) -> Bool {
    let limit: UInt64 = 100_000, start = DispatchTime.now().uptimeNanoseconds
    repeat {
        for _ in 0..<32 {
            if condition() { return true }
            kernel_pause()
        }
    } while DispatchTime.now().uptimeNanoseconds - start < limit
    return false
}
