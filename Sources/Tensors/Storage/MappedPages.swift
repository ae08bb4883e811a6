import Foundation

/// Read-only bytes that something owns: part of a mapped file.
package struct MappedBytes: @unchecked Sendable {
    // Sendable: the bytes are never written, and `owner` keeps them in place.
    let pointer: UnsafeRawPointer
    package let count: Int
    private let owner: AnyObject & Sendable

    init(pointer: UnsafeRawPointer, count: Int, owner: AnyObject & Sendable) {
        self.pointer = pointer
        self.count = count
        self.owner = owner
    }

    func slice(_ range: Range<Int>) -> MappedBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "MappedBytes: out of range")
        return MappedBytes(pointer: pointer + range.lowerBound, count: range.count, owner: owner)
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Gives the memory of a file's bytes back to the system, which reads them again if they are used again: for whoever
    /// goes once through a file larger than memory.
    package func releasePages() {
        guard owner is MappedFile, let page = UInt(exactly: sysconf(Int32(_SC_PAGESIZE))), page > 0 else { return }
        let start = UInt(bitPattern: pointer), first = start / page * page
        guard let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
        _ = madvise(pages, Int(start - first) + count, MADV_DONTNEED)
    }
}

/// A file mapped into memory: its pages are read when they are touched and shared by every process that maps it.
final class MappedFile: @unchecked Sendable {
    // Sendable: nothing changes after init.
    private let start: UnsafeMutableRawPointer
    private let count: Int

    /// - Throws: `CheckpointError` when the file is missing, empty, not a regular file or cannot be mapped.
    init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CheckpointError(file: path, found: String(cString: strerror(errno)), expected: "a readable file")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(file: path, found: "something that is not a file", expected: "a readable file")
        }
        guard status.st_size > 0 else {
            throw CheckpointError(file: path, found: "an empty file", expected: "a file of tensors")
        }
        count = Int(status.st_size)
        guard let mapped = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
            throw CheckpointError(file: path, found: String(cString: strerror(errno)), expected: "a file that can be mapped")
        }
        start = mapped
    }

    deinit { munmap(start, count) }

    var bytes: MappedBytes { MappedBytes(pointer: start, count: count, owner: self) }
}

/// Zeroed pages that cost nothing until they are touched: stand-ins for tensors a checkpoint lacks, while it is inspected.
final class ZeroPages: @unchecked Sendable {
    // Sendable: nothing changes after init.
    private let start: UnsafeMutableRawPointer
    private let count: Int

    init?(count: Int) {
        self.count = max(1, count)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let mapped = mmap(nil, self.count, PROT_READ, flags, -1, 0), mapped != MAP_FAILED else { return nil }
        start = mapped
    }

    deinit { munmap(start, count) }

    var bytes: MappedBytes { MappedBytes(pointer: start, count: count, owner: self) }
}

/// A copy of several pieces of bytes, one after the other.
final class CopiedBytes: @unchecked Sendable {
    // Sendable: nothing changes after init.
    private let start: UnsafeMutableRawPointer
    private let count: Int

    init(_ parts: [MappedBytes]) {
        count = parts.reduce(0) { $0 + $1.count }
        start = .allocate(byteCount: max(1, count), alignment: 64)
        var next = start
        for part in parts {
            next.copyMemory(from: part.pointer, byteCount: part.count)
            next += part.count
        }
    }

    deinit { start.deallocate() }

    var bytes: MappedBytes { MappedBytes(pointer: start, count: count, owner: self) }
}
