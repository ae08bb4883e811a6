import Tensors
import Testing

/// Reading a long prompt must not wait for the system to hand out the same memory again and again, nor keep all of it.
struct SpareBlocksTests {
    private static let megabyte = 1 << 20

    @Test
    func aBlockIsUsedAgainForWhatNearlyFillsIt() {
        let blocks = SpareBlocks(limit: 64 * Self.megabyte)
        let first = blocks.take(byteCount: 10 * Self.megabyte)
        blocks.leave(first)
        for (size, isAgain) in [(11, false), (7, false), (10, true), (9, true)] {
            let next = blocks.take(byteCount: size * Self.megabyte)
            #expect(next.byteCount >= size * Self.megabyte)
            #expect((next.start == first.start) == isAgain, "\(size) MB")
            if isAgain { blocks.leave(next) } else { next.start.deallocate() }
        }
    }

    /// Two tensors never share memory.
    @Test
    func aBlockHasOneOwner() {
        let blocks = SpareBlocks(limit: 64 * Self.megabyte)
        let left = (0..<3).map { _ in blocks.take(byteCount: 4 * Self.megabyte) }
        left.forEach(blocks.leave)
        let taken = (0..<4).map { _ in blocks.take(byteCount: 4 * Self.megabyte) }
        #expect(Set(taken.map(\.start)).count == 4)
        #expect(Set(left.map(\.start)).isSubset(of: Set(taken.map(\.start))))
        taken.forEach(blocks.leave)
    }

    /// The smallest that is large enough, so that large ones are there for what needs them.
    @Test
    func theClosestFitIsTaken() {
        let blocks = SpareBlocks(limit: 64 * Self.megabyte)
        let large = blocks.take(byteCount: 12 * Self.megabyte), small = blocks.take(byteCount: 11 * Self.megabyte)
        blocks.leave(large)
        blocks.leave(small)
        let next = blocks.take(byteCount: 10 * Self.megabyte)
        #expect(next.start == small.start)
        blocks.leave(next)
    }

    /// What is kept stays below the limit: the oldest go.
    @Test
    func theOldestGoWhenThereAreTooMany() {
        let blocks = SpareBlocks(limit: 20 * Self.megabyte)
        let all = [6, 8, 9, 25].map { blocks.take(byteCount: $0 * Self.megabyte) }
        all.forEach(blocks.leave)
        #expect(blocks.keptBytes == 17 * Self.megabyte)
        let next = blocks.take(byteCount: 8 * Self.megabyte)
        #expect(next.start == all[1].start && blocks.keptBytes == 9 * Self.megabyte)
        blocks.leave(next)
    }
}
