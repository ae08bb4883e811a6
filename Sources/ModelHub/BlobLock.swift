import Files
import Foundation
import Imaging

/// The lock that programs hold while they fetch a content, in the file where the hub's own tools take it. It ends with the
/// process, whatever ends that.
final class BlobLock {
    private let descriptor: Int32

    /// Waits for the lock.
    /// - Parameters:
    ///   - pause: waits some seconds.
    ///   - busy: called once if another program holds it.
    /// - Throws: `InputError` of category `inputOutput`.
    init(_ path: String, pause: (Double) -> Void, busy: () -> Void) throws {
        var isWaiting = false
        while true {
            let descriptor = path.withPath { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o664) }
            guard descriptor >= 0 else { throw CacheFile.error(path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                var status = stat()
                // Whoever held it may have removed the file: then nobody else will see this lock.
                if fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                continue
            }
            guard errno == EWOULDBLOCK || errno == EINTR else {
                // A file system without locks: contents are checked by their hashes all the same.
                self.descriptor = descriptor
                return
            }
            close(descriptor)
            if !isWaiting { busy() }
            isWaiting = true
            pause(0.2)
        }
    }

    deinit { close(descriptor) }
}

/// Calls of the system on files of the cache.
enum CacheFile {
    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be made: \(error.localizedDescription)")
        }
    }

    /// The error of the call that failed last.
    static func error(_ path: String, keeping kept: String = "") -> InputError {
        InputError(.inputOutput, "\(path): cannot be written: \(String(cString: strerror(errno)))\(kept)")
    }
}
