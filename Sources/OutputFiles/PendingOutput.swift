import Foundation
import Imaging

/// A file or folder that is written in a folder of its own, and gets its name when it is complete.
package final class PendingOutput {
    /// Where to write; nothing is there yet.
    package var temporary: URL { URL(filePath: folder).appending(path: "content") }
    private let place: OutputPath
    private let folder: String
    /// Keeps other runs from taking the folder for that of one that was killed.
    private let lock: Int32

    /// Checks, before any work is done, that it can be written: its folder is made, and goes again.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func check(_ path: String) throws {
        try OutputFile.checkFolder(of: path)
        let place = OutputPath(path)
        guard place.status != nil || errno == ENOENT else {
            throw InputError(.inputOutput, "\(path): cannot be written: \(SystemError.last.description)")
        }
        _ = try PendingOutput(path: path)
    }

    /// - Throws: `InputError` of category `inputOutput`.
    package init(path: String) throws {
        let place = OutputPath(path)
        self.place = place
        Self.removeLeftOvers(in: place.folder)
        let folder = TemporaryNames.make(in: place.folder), unlocked = folder + ".new"
        self.folder = folder
        TemporaryNames.insert(unlocked)
        TemporaryNames.insert(folder)
        defer { TemporaryNames.remove(unlocked) }
        lock = try OutputFile.translating(path) {
            guard unlocked.withPath({ mkdir($0, 0o777) }) == 0 else { throw SystemError.last }
            let lock = unlocked.withPath { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            guard lock >= 0 else { throw SystemError.last }
            // Some file systems have no locks; then nobody removes the folder either.
            _ = flock(lock, LOCK_EX | LOCK_NB)
            guard rename(unlocked, folder) == 0 else { throw SystemError.last }
            return lock
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
        TemporaryNames.remove(folder)
        close(lock)
    }

    /// Takes the place of what is there.
    /// - Throws: `InputError`: `outputExists`, `inputOutput`; what was there is there again then.
    package func commit(replaces: Bool) throws {
        try OutputFile.translating(place.path) {
            var status = stat()
            guard lstat(temporary.path, &status) == 0 else { throw SystemError.last }
            if !status.isFolder {
                try Rename.move(file: temporary.path, to: place, replaces: replaces)
            } else if replaces, place.status != nil {
                try Rename.exchange(temporary.path, with: place.path)
            } else {
                try Rename.move(folder: temporary.path, to: place)
            }
        }
    }

    /// Removes what runs that were killed have left in a folder: theirs are not locked any more.
    private static func removeLeftOvers(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(TemporaryNames.beginning) && name.hasSuffix(".partial") {
            let path = "\(folder)/\(name)", lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            var status = stat()
            guard fstat(lock, &status) == 0, status.st_uid == geteuid(), flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
