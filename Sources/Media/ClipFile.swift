import CFFmpeg
import Foundation
import Imaging

/// A clip or image without a path: bytes in memory, or an open file. FFmpeg reads it, seeks in it and reopens it through a path
/// in /proc/self/fd, valid as long as this value lives.
public final class ClipFile: Sendable {
    private let descriptor: Int32
    /// Name for messages.
    package let name: String

    /// Path for FFmpeg.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// Copies bytes into an anonymous file in memory.
    /// - Throws: `InputError` if there is not enough memory.
    public init(_ bytes: Data, name: String) throws {
        self.name = name
        descriptor = cffmpeg_memory_file()
        guard descriptor >= 0 else { throw Self.failure(name) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw Self.failure(name) }
            rest = rest.dropFirst(written)
        }
    }

    /// Reads an open file from its start, whatever its current offset.
    /// - Throws: `InputError` if it is not a regular file, such as a pipe.
    public init(_ handle: FileHandle, name: String) throws {
        self.name = name
        descriptor = fcntl(handle.fileDescriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw Self.failure(name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InputError(.invalid, name, found: "a pipe or device", expected: "a file")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Runs `body`, replacing the path in its errors by the file's name.
    /// - Throws: `InputError`, and what `body` throws.
    package func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try InputError.translating(body)
        } catch let error as InputError {
            throw InputError(error.category, error.description.replacing(path, with: name))
        }
    }

    private static func failure(_ name: String) -> InputError {
        InputError(.inputOutput, "\(name): reading failed: \(String(cString: strerror(errno)))")
    }
}
