import Foundation
import Imaging

/// A folder of this process, for one file or folder that is not complete.
final class TemporaryFolder: Sendable {
    let path: String
    /// Open as long as the process works in it; its lock keeps others from taking it for one that was left over.
    private let descriptor: Int32

    /// Path of its one entry, through the open descriptor if /proc is mounted, so that the folder's own path may have any
    /// bytes.
    var content: String { Self.inside(descriptor, path) + "/content" }

    /// - Throws: `SystemError`.
    init(in parent: String) throws {
        let path = TemporaryNames.make(in: parent), unlocked = path + ".new"
        guard unlocked.withPath({ mkdir($0, 0o777) }) == 0 else { throw SystemError.last }
        descriptor = unlocked.withPath { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        self.path = path
        // Some file systems have no locks; then nobody removes the folder either.
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
        // A thread that is filling it may add something after the first time.
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

    /// Removes what runs on this machine that were killed have left in a folder: theirs are not locked any more.
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
            // One that is just being made has no lock yet, and nothing in it.
            if name.hasSuffix(".partial") { remove(path, descriptor) }
        }
    }
}
