import Foundation

/// Memory in huge pages of 2 MiB, where available, and its last part in small ones: a huge page takes all of its bytes when one is
/// touched, which was half a gigabyte more for a model of 3 billion weights. A matrix that is written a few columns at a time touches
/// a page per row, and with small pages that exceeds the TLB.
enum LargePages {
    static let size = 2 << 20

    /// Zeroed memory aligned to a huge page; nil if there is no room.
    static func map(byteCount: Int) -> UnsafeMutableRawPointer? {
        let length = mappedLength(byteCount), (wanted, overflows) = length.addingReportingOverflow(size)
        guard !overflows, let mapped = mmap(nil, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapped != MAP_FAILED
        else { return nil }
        let start = mapped.alignedUp(toMultipleOf: size), before = start - mapped
        if before > 0 { munmap(mapped, before) }
        munmap(start + length, size - before)
        #if os(Linux)
        // Has no effect where the system has none.
        madvise(start, byteCount / size * size, MADV_HUGEPAGE)
        #endif
        return start
    }

    /// Frees memory of `map`, which was called with the same number of bytes.
    static func unmap(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        munmap(start, mappedLength(byteCount))
    }

    /// Bytes rounded up to whole small pages.
    private static func mappedLength(_ byteCount: Int) -> Int {
        let page = Int(getpagesize()), (above, overflows) = byteCount.addingReportingOverflow(page - 1)
        return overflows ? byteCount : above / page * page
    }
}
