import Tensors
import Testing

/// Reading a long prompt must not wait for the system to hand out the same memory again and again, nor keep all of it.
struct BufferPoolTests {
    private static let megabyte = 1 << 20

    @Test
    func aBufferIsUsedAgainForWhatNearlyFillsIt() {
        let pool = BufferPool(limit: 64 * Self.megabyte)
        let first = pool.take(byteCount: 10 * Self.megabyte)
        pool.giveBack(first)
        for (size, isAgain) in [(11, false), (7, false), (10, true), (9, true)] {
            let next = pool.take(byteCount: size * Self.megabyte)
            #expect(next.byteCount >= size * Self.megabyte)
            #expect((next.start == first.start) == isAgain, "\(size) MB")
            if isAgain { pool.giveBack(next) } else { next.free() }
        }
    }

    /// Two tensors never share memory.
    @Test
    func aBufferHasOneOwner() {
        let pool = BufferPool(limit: 64 * Self.megabyte)
        let left = (0..<3).map { _ in pool.take(byteCount: 4 * Self.megabyte) }
        left.forEach(pool.giveBack)
        let taken = (0..<4).map { _ in pool.take(byteCount: 4 * Self.megabyte) }
        #expect(Set(taken.map(\.start)).count == 4)
        #expect(Set(left.map(\.start)).isSubset(of: Set(taken.map(\.start))))
        taken.forEach(pool.giveBack)
    }

    /// The smallest that is large enough, so that large ones are there for what needs them.
    @Test
    func theClosestFitIsTaken() {
        let pool = BufferPool(limit: 64 * Self.megabyte)
        let large = pool.take(byteCount: 12 * Self.megabyte), small = pool.take(byteCount: 11 * Self.megabyte)
        pool.giveBack(large)
        pool.giveBack(small)
        let next = pool.take(byteCount: 10 * Self.megabyte)
        #expect(next.start == small.start)
        pool.giveBack(next)
    }

    /// What is kept stays below the limit: the oldest go.
    @Test
    func theOldestGoWhenThereAreTooMany() {
        let pool = BufferPool(limit: 20 * Self.megabyte)
        let all = [6, 8, 9, 25].map { pool.take(byteCount: $0 * Self.megabyte) }
        all.forEach(pool.giveBack)
        #expect(pool.byteCount == 17 * Self.megabyte)
        let next = pool.take(byteCount: 8 * Self.megabyte)
        #expect(next.start == all[1].start && pool.byteCount == 9 * Self.megabyte)
        pool.giveBack(next)
    }

    /// A server that has gone idle gives its memory back, the oldest buffers first.
    @Test
    func trimmingFreesTheOldest() {
        let pool = BufferPool(limit: 64 * Self.megabyte)
        let all = [4, 5, 6].map { pool.take(byteCount: $0 * Self.megabyte) }
        all.forEach(pool.giveBack)
        pool.trim(to: 15 * Self.megabyte)
        #expect(pool.byteCount == 15 * Self.megabyte)
        pool.trim(to: 14 * Self.megabyte)
        #expect(pool.byteCount == 11 * Self.megabyte)
        let next = pool.take(byteCount: 6 * Self.megabyte)
        #expect(next.start == all[2].start)
        pool.giveBack(next)
        pool.trim()
        #expect(pool.byteCount == 0)
        pool.trim()
        #expect(pool.byteCount == 0)
    }

    /// Large buffers begin at a large page, and their last byte is theirs.
    @Test
    func largeBuffersBeginAtALargePage() {
        let pool = BufferPool(limit: 64 * Self.megabyte)
        for size in [2 * Self.megabyte, 5 * Self.megabyte / 2, 12 * Self.megabyte + 1] {
            let buffer = pool.take(byteCount: size)
            #expect(buffer.byteCount == size && UInt(bitPattern: buffer.start) % UInt(2 * Self.megabyte) == 0)
            buffer.start.storeBytes(of: 7, toByteOffset: 0, as: UInt8.self)
            buffer.start.storeBytes(of: 9, toByteOffset: size - 1, as: UInt8.self)
            pool.giveBack(buffer)
            let again = pool.take(byteCount: size - 100)
            #expect(again.start == buffer.start && again.start.load(fromByteOffset: size - 1, as: UInt8.self) == 9)
            again.free()
        }
    }
}
