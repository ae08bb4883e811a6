import Files
import Foundation
import Imaging

/// Mapped pages, which take no memory until they are touched: those of a file, shared by every process that maps it, or zeros.
final class MappedPages: ByteOwner, @unchecked Sendable {
    // Sendable because nothing changes after init.
    private let start: UnsafeMutableRawPointer
    private let count: Int
    /// The file; nil for zeros.
    private let file: MappedFile?
    /// True if dropped pages can be read again from a file.
    var isFile: Bool { file != nil }

    /// - Throws: `CheckpointError` if the file is missing, empty, not a regular file or cannot be mapped.
    init(path: String) throws {
        func error(_ found: String, _ expected: String) -> CheckpointError {
            CheckpointError(file: path, found: found, expected: expected)
        }
        let descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw error(String(cString: strerror(errno)), "a readable file") }
        let file = MappedFile(path: path, descriptor: descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw error("something other than a regular file", "a readable file")
        }
        guard status.st_size > 0 else { throw error("an empty file", "a file of tensors") }
        count = Int(status.st_size)
        guard let mapped = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
            throw error(String(cString: strerror(errno)), "a file that can be mapped")
        }
        start = mapped
        file.begin(at: UInt(bitPattern: mapped)..<UInt(bitPattern: mapped) + UInt(count))
        self.file = file
    }

    /// Maps zeros, to substitute for missing tensors during an inspection; nil if there is no room.
    init?(zeros count: Int) {
        self.count = max(1, count)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let mapped = mmap(nil, self.count, PROT_READ, flags, -1, 0), mapped != MAP_FAILED else { return nil }
        start = mapped
        file = nil
    }

    deinit { munmap(start, count) }

    var bytes: MappedBytes { MappedBytes(pointer: start, count: count, owner: self) }
}
