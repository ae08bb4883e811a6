import Foundation
import Imaging

/// A folder of this process for one incomplete file or folder.
final class TemporaryFolder: Sendable {
    let path: String
    /// Kept open while the folder is in use; its lock shows other processes that it is not a leftover.
    private let descriptor: Int32

    /// Path of its only entry, through the open descriptor if /proc is mounted, so that the folder's own path may contain any
    /// bytes.
    var content: String { Self.inside(descriptor, path) + "/content" }

    /// - Throws: `SystemError`.
    init(in parent: String) throws {
        let path = TemporaryNames.make(in: parent), unlocked = path + ".new"
        guard unlocked.withPath({ mkdir($0, 0o777) }) == 0 else { throw SystemError.last }
        descriptor = unlocked.withPath { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        self.path = path
        // Some file systems do not support locks; then no process removes leftovers either.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        guard descriptor >= 0, unlocked.withPath({ old in path.withPath { rename(old, $0) } }) == 0 else {
            let error = SystemError.last
            _ = unlocked.withPath { rmdir($0) }
            throw error
        }
        TemporaryNames.insert(path) { self.remove() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private func remove() { Self.remove(path, descriptor) }

    private static func remove(_ path: String, _ descriptor: Int32) {
        let inside = inside(descriptor, path)
        // A thread may still add a file after the first attempt.
        for _ in 0..<5 {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: inside)) ?? [] {
                try? FileManager.default.removeItem(atPath: "\(inside)/\(name)")
            }
            if path.withPath({ rmdir($0) }) == 0 || errno == ENOENT { return }
            usleep(2000)
        }
    }

    private static func inside(_ descriptor: Int32, _ path: String) -> String {
        let link = "/proc/self/fd/\(descriptor)"
        return access(link, X_OK) == 0 ? link : path
    }

    /// Removes what killed runs on this machine left in a folder, recognised by being unlocked.
    static func removeLeftOvers(in parent: String) {
        for name in folderNames(parent) ?? [] where name.hasPrefix("\(TemporaryNames.beginning)\(TemporaryNames.machine)-") {
            let path = "\(parent)/\(name)"
            let descriptor = path.withPath { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                continue
            }
            // A folder that is just being created is not locked yet, but empty.
            if name.hasSuffix(".partial") { remove(path, descriptor) }
        }
    }
}
