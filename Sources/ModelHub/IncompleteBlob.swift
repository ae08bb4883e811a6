import Files
import Foundation
import Imaging

/// A partly downloaded blob in its own file.
final class IncompleteBlob {
    private let path: String
    private let descriptor: Int32
    private let hash: ContentHash
    private let size: Int?
    private var digest: (any Digest)?
    /// Number of bytes present.
    private(set) var count = 0
    /// True if the server reported the end of a blob of unknown size.
    var isEnded = false

    /// - Throws: `InputError` of category `inputOutput`.
    init(_ path: String, hash: ContentHash, size: Int?) throws {
        (self.path, self.hash, self.size) = (path, hash, size)
        descriptor = path.withPath { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666) }
        guard descriptor >= 0 else { throw CacheFile.error(path) }
        digest = hash.digest(size: size)
    }

    deinit { close(descriptor) }

    /// Resumes from an earlier download.
    /// - Throws: `InputError` of category `inputOutput`.
    func takeUp() throws {
        guard let status = FileStatus(path), status.size > 0 else { return }
        // Without a known size it may not be a valid beginning; if it is larger than the size it is not.
        guard let size, status.size <= size else { return try restart() }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while count < status.size {
            let read = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, count) }
            guard read > 0 else { return try restart() }
            buffer.withUnsafeBytes { digest?.update(UnsafeRawBufferPointer(rebasing: $0[..<read])) }
            count += read
        }
    }

    /// Discards the data.
    /// - Throws: `InputError` of category `inputOutput`.
    func restart() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw CacheFile.error(path) }
        (count, isEnded, digest) = (0, false, hash.digest(size: size))
    }

    /// - Throws: `InputError` of category `inputOutput`; the file is then unchanged.
    func append(_ data: Data) throws {
        try data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = pwrite(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, count)
                guard written > 0 else {
                    if written < 0, errno == EINTR { continue }
                    throw CacheFile.error(path, keeping: "; \(count) bytes are kept, and the same command goes on from there")
                }
                digest?.update(UnsafeRawBufferPointer(rebasing: rest.prefix(written)))
                rest = rest.dropFirst(written)
                count += written
            }
        }
    }

    /// Hash of the data; nil if it cannot be verified. Nothing can be appended afterwards except after a restart.
    func hashOfContent() -> String? {
        // git's hash needs the size, which is only known now.
        if digest == nil, case .gitSHA1 = hash, size == nil {
            let whole = fileContents(path) ?? Data()
            var digest = GitBlobSHA1(size: whole.count)
            whole.withUnsafeBytes { digest.update($0) }
            return digest.finish()
        }
        return digest?.finish()
    }

    /// Renames the file to its final name, on disk.
    /// - Throws: `InputError` of category `inputOutput`.
    func commit(as blob: String) throws {
        guard fsync(descriptor) == 0, path.withPath({ old in blob.withPath { rename(old, $0) } }) == 0 else {
            throw CacheFile.error(blob)
        }
    }
}
