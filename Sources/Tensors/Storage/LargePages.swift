import Foundation

/// Memory in pages of 2 MiB, where the system has them: a matrix that is written some columns at a time touches a page for each
/// row, and its small pages are more than a processor keeps addresses of.
enum LargePages {
    static let size = 2 << 20

    /// Zeros that begin at a large page; nil if there is no room.
    static func map(byteCount: Int) -> UnsafeMutableRawPointer? {
        let length = mappedLength(byteCount), (wanted, overflows) = length.addingReportingOverflow(size)
        guard !overflows, let mapped = mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapped != MAP_FAILED
        else { return nil }
        let start = mapped.alignedUp(toMultipleOf: size), before = start - mapped
        if before > 0 { munmap(mapped, before) }
        munmap(start + length, size - before)
        #if os(Linux)
        // Changes nothing where the system has none.
        madvise(start, length, MADV_HUGEPAGE)
        #endif
        return start
    }

    /// Gives back memory of `map`, which was asked for the same number of bytes.
    static func unmap(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        munmap(start, mappedLength(byteCount))
    }

    /// Whole large pages; the last is touched as far as it is used.
    private static func mappedLength(_ byteCount: Int) -> Int {
        let (above, overflows) = byteCount.addingReportingOverflow(size - 1)
        return overflows ? byteCount : above / size * size
    }
}
