import Files
import Foundation
import Imaging

/// The lock held while a blob is downloaded, in the same file that the hub's own tools use. It is released when the process ends.
final class BlobLock {
    private let descriptor: Int32

    /// Waits for the lock.
    /// - Parameters:
    ///   - pause: waits for some seconds.
    ///   - busy: called once if another program holds it.
    /// - Throws: `InputError` of category `inputOutput`.
    init(_ path: String, pause: (Double) -> Void, busy: () -> Void) throws {
        var isWaiting = false
        while true {
            let descriptor = path.withPath { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o664) }
            guard descriptor >= 0 else { throw CacheFile.error(path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                var status = stat()
                // The previous holder may have removed the file; a lock on it would then be invisible to others.
                if fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                continue
            }
            guard errno == EWOULDBLOCK || errno == EINTR else {
                // The file system has no locks; blobs are verified by hash anyway.
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

/// System calls on files of the cache.
enum CacheFile {
    /// Creates a folder with its parents.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be made: \(error.localizedDescription)")
        }
    }

    /// The error of the last failed call.
    static func error(_ path: String, keeping kept: String = "") -> InputError {
        InputError(.inputOutput, "\(path): cannot be written: \(String(cString: strerror(errno)))\(kept)")
    }
}
