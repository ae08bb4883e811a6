import Synchronization

/// Blocks of memory that large tensors left, for the next ones of about their size. Given back to the system, they would
/// return page by page and zeroed: a fifth of the time of reading a long prompt.
enum SpareBlocks {
    struct Block: @unchecked Sendable {
        // Sendable: a block is its owner's alone.
        let start: UnsafeMutableRawPointer
        let byteCount: Int
    }

    /// What is worth keeping, and what all spare blocks together may take.
    private static let smallest = 1 << 20, limit = 192 << 20

    /// The oldest first.
    private static let spare = Mutex<[Block]>([])

    /// The smallest spare block that is large enough and not much too large, else a new one.
    static func take(byteCount: Int) -> Block {
        let found: Block? = byteCount < smallest ? nil : spare.withLock { blocks in
            let fitting = blocks.indices.filter { (byteCount...byteCount + byteCount / 4).contains(blocks[$0].byteCount) }
            return fitting.min { blocks[$0].byteCount < blocks[$1].byteCount }.map { blocks.remove(at: $0) }
        }
        return found ?? Block(start: .allocate(byteCount: byteCount, alignment: 16), byteCount: byteCount)
    }

    /// Keeps a block, and lets the oldest ones go when that makes too many.
    static func leave(_ block: Block) {
        guard (smallest...limit / 2).contains(block.byteCount) else { return block.start.deallocate() }
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
