import Synchronization

/// Blocks of memory that large tensors left, for the next ones of about their size. Given back to the system, they would
/// return page by page and zeroed: a fifth of the time of reading a long prompt.
package final class SpareBlocks: Sendable {
    package struct Block: @unchecked Sendable {
        // Sendable: a block is its owner's alone.
        package let start: UnsafeMutableRawPointer
        package let byteCount: Int
    }

    /// Those of all tensors.
    static let shared = SpareBlocks(limit: 192 << 20)

    /// What is worth keeping.
    private static let smallest = 1 << 20

    /// What all spare blocks together may take, in bytes; one takes half of it at most.
    private let limit: Int

    /// The oldest first.
    private let spare = Mutex<[Block]>([])

    package init(limit: Int) {
        self.limit = limit
    }

    deinit {
        for block in spare.withLock(\.self) { block.start.deallocate() }
    }

    /// Bytes of all spare blocks.
    package var keptBytes: Int { spare.withLock { $0.reduce(0) { $0 + $1.byteCount } } }

    /// The smallest spare block that is large enough and not much too large, else a new one.
    package func take(byteCount: Int) -> Block {
        let found: Block? = byteCount < Self.smallest ? nil : spare.withLock { blocks in
            let fitting = blocks.indices.filter { (byteCount...byteCount + byteCount / 4).contains(blocks[$0].byteCount) }
            return fitting.min { blocks[$0].byteCount < blocks[$1].byteCount }.map { blocks.remove(at: $0) }
        }
        return found ?? Block(start: .allocate(byteCount: byteCount, alignment: 16), byteCount: byteCount)
    }

    /// Keeps a block, and lets the oldest ones go when that makes too many.
    package func leave(_ block: Block) {
        guard (Self.smallest...limit / 2).contains(block.byteCount) else { return block.start.deallocate() }
        let freed = spare.withLock { blocks in
            blocks.append(block)
            var total = blocks.reduce(0) { $0 + $1.byteCount }, count = 0
            while total > limit {
                total -= blocks[count].byteCount
                count += 1
            }
            defer { blocks.removeFirst(count) }
            return Array(blocks.prefix(count))
        }
        for block in freed { block.start.deallocate() }
    }
}
