import Foundation
import Synchronization
import Parallelism
import Testing

/// Results must not depend on which threads computed their parts.
struct ParallelTests {
    private static let pool = WorkerPool(threads: 3)

    @Test
    func oneThreadIsEnough() {
        let alone = WorkerPool(threads: 0), calls = Counter()
        alone.run(5) { _ in calls.add() }
        alone.run(0) { _ in calls.add() }
        #expect(calls.value == 5)
    }

    /// Each number once, also after the pool's threads have gone to sleep.
    @Test(arguments: [0, 100, 100_000])
    func everyCallIsMadeOnce(pause: UInt32) {
        for count in [1, 2, 3, 7, 100, 1000] {
            let calls = (0..<count).map { _ in Counter() }
            for _ in 0..<(pause == 0 ? 200 : 5) {
                usleep(pause)
                Self.pool.run(count) { calls[$0].add() }
            }
            #expect(calls.allSatisfy { $0.value == (pause == 0 ? 200 : 5) })
        }
        Self.pool.run(0) { _ in Issue.record("a call of an empty loop") }
    }

    /// The vision stage of one track runs concurrently with another's decoding, and loops run loops.
    @Test
    func nestedAndConcurrentLoops() async {
        let calls = Counter()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<100 {
                        Self.pool.run(5) { _ in Self.pool.run(6) { _ in calls.add() } }
                    }
                }
            }
        }
        #expect(calls.value == 4 * 100 * 5 * 6)
    }

    /// When a loop returns, the results of its calls can be read.
    @Test
    func returnsAfterTheLastCall() {
        for round in 0..<50 {
            let late = Atomic<Int>(0)
            Self.pool.run(4) { number in
                if number == round % 4 { usleep(500) }
                late.add(1, ordering: .relaxed)
            }
            #expect(late.load(ordering: .relaxed) == 4)
        }
    }

    @Test
    func rangesCoverAllOnce() {
        for (count, minimum, multiple) in [(0, 1, 1), (1, 16, 16), (1000, 64, 32), (257, 1, 16)] {
            let calls = (0..<count).map { _ in Counter() }
            Parallel.ranges(count, minimum: minimum, multiple: multiple) { range in
                #expect(range.lowerBound % multiple == 0)
                for index in range { calls[index].add() }
            }
            #expect(calls.allSatisfy { $0.value == 1 })
        }
    }

    /// At most two ranges per core, which differ by at most one multiple: otherwise a core waits for another's last range.
    @Test
    func rangesAreEven() {
        for count in [1, 64, 1152, 2560, 4304] {
            let lengths = Mutex<[Int]>([])
            Parallel.ranges(count, minimum: 64, multiple: 64) { range in lengths.withLock { $0.append((range.count + 63) / 64) } }
            let all = lengths.withLock { $0 }
            #expect((all.max() ?? 0) - (all.min() ?? 0) <= 1 && all.reduce(0, +) == (count + 63) / 64)
        }
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
}
