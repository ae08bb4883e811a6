import CKernels
import Dispatch
import Foundation
import Synchronization

/// Threads that take part in parallel loops, besides those that run them. They live as long as the process.
///
/// A decoded token is some hundred loops of a few hundred microseconds each, with little in between. A thread that sleeps
/// after each and is woken for the next comes 50 microseconds late every time (an eighth of a token of a 3B model in 4
/// bits); these spin for a while before they sleep.
///
/// A thread of the pool goes round these states:
/// ```
///           a loop has calls left
///   SEEKING ----------------------> WORKING --+
///     ^  |                             |      | no call left
///     |  | none for 100 µs             +------+--> SEEKING
///     |  v
///   ASLEEP (counted in `sleepers`, waits on `alarm`)
/// ```
/// A loop that begins increments `begun` and then takes as many sleepers off the count as it has calls for, signalling
/// `alarm` once for each. A thread that falls asleep increments `sleepers` and then reads `begun` again. Both pairs are
/// sequentially consistent, so one of the two sees the other: no loop begins unnoticed, and every signal has one sleeper.
package final class WorkerPool: Sendable {
    /// Loops that run, the oldest first.
    private let loops = Mutex<[ParallelLoop]>([])
    /// Loops that ever began: what threads without work watch.
    private let begun = Atomic<Int>(0)
    /// Threads that sleep, or are about to, and have not been woken.
    private let sleepers = Atomic<Int>(0)
    private let alarm = DispatchSemaphore(value: 0)

    private let threads: Int
    private let limit: Atomic<Int>

    /// Threads that take part in one loop, its caller's included.
    package var threadLimit: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    /// - Parameter threads: besides the callers' own.
    package init(threads: Int) {
        self.threads = threads
        limit = Atomic(threads + 1)
        for _ in 0..<threads { Thread.detachNewThread { self.takePart() } }
    }

    /// Runs `body` for 0 ..< count on this thread and those of the pool; returns when every call has. A call may run
    /// a loop of its own, and several threads may run loops at a time.
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
                loop.takePart()
                loops.withLock { $0.removeAll { $0 === loop } }
                loop.waitForOthers()
            }
        }
    }

    private func takePart() {
        while true {
            let seen = begun.load(ordering: .sequentiallyConsistent)
            if let loop = loops.withLock({ $0.first { $0.admitHelper() } }) {
                loop.takePart()
            } else if !spin(until: { begun.load(ordering: .relaxed) != seen }) {
                sleepUnlessBegun(after: seen)
            }
        }
    }

    private func sleepUnlessBegun(after seen: Int) {
        sleepers.add(1, ordering: .sequentiallyConsistent)
        // A loop that began before this thread was counted does not wake it; one that began after does, or already has.
        if begun.load(ordering: .sequentiallyConsistent) != seen, withdrawSleepers(atMost: 1) == 1 { return }
        alarm.wait()
    }

    /// Takes some off the sleepers, who are awake then or have to be woken.
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

/// A loop whose calls go to whoever asks next.
private final class ParallelLoop: Sendable {
    private let count: Int
    // The owner's, who waits for all calls. A thread of the pool may still hold the loop then, but not what it calls.
    private nonisolated(unsafe) let body: UnsafePointer<(Int) -> Void>
    private let next = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    /// Threads of the pool that may still join.
    private let openings: Atomic<Int>
    private let isAwaited = Atomic<Bool>(false)
    private let end = DispatchSemaphore(value: 0)

    init(_ count: Int, _ body: UnsafePointer<(Int) -> Void>, helpers: Int) {
        self.count = count
        self.body = body
        openings = Atomic(helpers)
    }

    /// Lets a thread of the pool join: true while there are calls left and fewer threads than the loop may have.
    func admitHelper() -> Bool {
        guard next.load(ordering: .relaxed) < count, openings.load(ordering: .relaxed) > 0 else { return false }
        return openings.subtract(1, ordering: .relaxed).oldValue > 0
    }

    func takePart() {
        while true {
            let number = next.add(1, ordering: .relaxed).oldValue
            guard number < count else { return }
            call(number)
            if finished.add(1, ordering: .sequentiallyConsistent).newValue == count,
                isAwaited.load(ordering: .sequentiallyConsistent)
            {
                end.signal()
            }
        }
    }

    /// On its own, so that no reference to the body outlives the call.
    @inline(never)
    private func call(_ number: Int) { body.pointee(number) }

    /// Returns when all calls have.
    func waitForOthers() {
        if spin(until: { finished.load(ordering: .acquiring) == count }) { return }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        if finished.load(ordering: .sequentiallyConsistent) < count { end.wait() }
    }
}

/// Spins until a condition holds, for 100 microseconds at most; false when it did not.
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
