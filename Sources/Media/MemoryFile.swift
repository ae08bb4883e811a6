import CFFmpeg
import Foundation
import Imaging

/// Bytes in memory under a path that FFmpeg can open, seek in and open again: an anonymous file of Linux's, which takes no
/// room on a disk and goes with this value.
package final class MemoryFile: Sendable {
    private let descriptor: Int32

    /// Where the bytes can be read as long as this value lives.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Throws: `VideoError` when the system has no memory for a copy of `bytes`.
    package init(_ bytes: Data, name: String) throws {
        descriptor = cffmpeg_memory_file()
        guard descriptor >= 0 else { throw Self.failure(name) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw Self.failure(name) }
            rest = rest.dropFirst(written)
        }
    }

    /// A file that somebody has open, read from its start however far it was read.
    /// - Throws: `VideoError` when it is no file, such as a pipe.
    package init(_ handle: FileHandle, name: String) throws {
        descriptor = fcntl(handle.fileDescriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw Self.failure(name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw VideoError.invalid(path: name, found: "a pipe or device", expected: "a file")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func failure(_ name: String) -> VideoError {
        VideoError.readFailed(path: name, reason: String(cString: strerror(errno)))
    }

    /// Runs `body` with the path; errors name the input as its caller does.
    package static func reading<Result>(_ bytes: Data, name: String, _ body: (String) throws -> Result) throws -> Result {
        let file = try MemoryFile(bytes, name: name)
        do {
            return try withExtendedLifetime(file) { try body(file.path) }
        } catch let error as any CategorizedError {
            throw InputError(error.category, error.description.replacing(file.path, with: name))
        }
    }
}
