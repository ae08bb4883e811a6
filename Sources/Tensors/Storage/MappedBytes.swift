import Foundation

/// Read-only bytes and their owner: part of a mapped file, or memory that was filled once.
package struct MappedBytes: @unchecked Sendable {
    // Sendable because the bytes are never written, and `owner` keeps them alive.
    let pointer: UnsafeRawPointer
    package let count: Int
    private let owner: any ByteOwner

    init(pointer: UnsafeRawPointer, count: Int, owner: any ByteOwner) {
        self.pointer = pointer
        self.count = count
        self.owner = owner
    }

    package func slice(_ range: Range<Int>) -> MappedBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "MappedBytes: out of range")
        return MappedBytes(pointer: pointer + range.lowerBound, count: range.count, owner: owner)
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Drops the resident pages of a file's bytes, which are read again on the next access. For single passes through a file
    /// larger than memory.
    package func releasePages() {
        guard (owner as? MappedPages)?.isFile == true, let page = UInt(exactly: sysconf(Int32(_SC_PAGESIZE))), page > 0
        else { return }
        let start = UInt(bitPattern: pointer), first = start / page * page
        guard let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
        _ = madvise(pages, Int(start - first) + count, MADV_DONTNEED)
    }
}

/// Owner of memory that `bytes` refer to: mapped pages, or a tensor's storage. It is not written once they are shared.
protocol ByteOwner: AnyObject, Sendable {
    /// The whole memory.
    var bytes: MappedBytes { get }
}
