import Foundation
import Synchronization

/// Cache of freed buffers of at least 1 MiB (at most 256 MiB in total) for tensors of about the same size. Avoids page faults:
/// memory returned to the system comes back page by page and zeroed, which took a fifth of a long prompt's prefill.
package final class BufferPool: Sendable {
    package struct Buffer: @unchecked Sendable {
        // Sendable because a buffer has a single owner.
        package let start: UnsafeMutableRawPointer
        package let byteCount: Int

        /// Allocates memory, in huge pages if it fills one.
        fileprivate init(byteCount: Int) {
            let start = byteCount >= LargePages.size ? LargePages.map(byteCount: byteCount) : malloc(max(1, byteCount))
            guard let start else { MemoryExhaustion.end(wanting: byteCount) }
            (self.start, self.byteCount) = (start, byteCount)
        }

        /// Returns the memory to the system.
        package func free() {
            if byteCount >= LargePages.size {
                LargePages.unmap(start, byteCount: byteCount)
            } else {
                Foundation.free(start)
            }
        }
    }

    /// The pool of all tensors.
    package static let shared = BufferPool(limit: 256 << 20)

    /// Lower bound on the bytes of a cached buffer.
    private static let smallest = 1 << 20

    /// Upper bound on the bytes of all cached buffers; a single one may take half of it.
    private let limit: Int

    /// Free buffers, oldest first.
    private let buffers = Mutex<[Buffer]>([])

    package init(limit: Int) {
        self.limit = limit
    }

    deinit { trim() }

    /// Bytes of all cached buffers.
    package var byteCount: Int { buffers.withLock(\.byteCount) }

    /// The smallest cached buffer that is large enough and at most a quarter too large, else a new one.
    package func take(byteCount: Int) -> Buffer {
        let found: Buffer? = byteCount < Self.smallest ? nil : buffers.withLock { buffers in
            let fitting = buffers.indices.filter { (byteCount...byteCount + byteCount / 4).contains(buffers[$0].byteCount) }
            return fitting.min { buffers[$0].byteCount < buffers[$1].byteCount }.map { buffers.remove(at: $0) }
        }
        return found ?? Buffer(byteCount: byteCount)
    }

    /// Caches a buffer for reuse, and frees the oldest ones beyond the limit.
    package func giveBack(_ buffer: Buffer) {
        guard (Self.smallest...limit / 2).contains(buffer.byteCount) else { return buffer.free() }
        removeOldest(downTo: limit, adding: buffer)
    }

    /// Frees the oldest buffers until the rest take at most `byteCount` bytes.
    package func trim(to byteCount: Int = 0) {
        removeOldest(downTo: byteCount)
    }

    private func removeOldest(downTo byteCount: Int, adding buffer: Buffer? = nil) {
        let freed = buffers.withLock { buffers in
            if let buffer { buffers.append(buffer) }
            var total = buffers.byteCount, count = 0
            while total > byteCount, count < buffers.count {
                total -= buffers[count].byteCount
                count += 1
            }
            defer { buffers.removeFirst(count) }
            return Array(buffers.prefix(count))
        }
        for buffer in freed { buffer.free() }
    }
}

extension [BufferPool.Buffer] {
    fileprivate var byteCount: Int { reduce(0) { $0 + $1.byteCount } }
}
