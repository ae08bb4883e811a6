import Files
import Foundation
import GRDB
import Imaging

/// Clips with their captions on disk: a database, and a folder for each clip. Used by one process at a time.
final class ClipLibrary: Sendable {
    /// The library's folder.
    let folder: String
    let database: DatabasePool
    /// Held while a document's file and its search index are updated together.
    let documents = NSLock()
    /// Locked while the process uses the library.
    private let lock: LibraryLock

    /// Opens or creates a library; clips that were running when the last server ended are queued again.
    /// - Throws: `InputError` if it cannot be used, or another server uses it.
    init(folder: String) throws {
        try Self.makeFolder(folder)
        // Resuming compares the paths of masks, which must not depend on how the folder is named.
        let folder = URL(filePath: folder).resolvingSymlinksInPath().path
        self.folder = folder
        try Self.makeFolder(folder + "/clips")
        lock = try LibraryLock(folder)
        database = try Self.translating(folder) {
            let pool = try DatabasePool(path: folder + "/library.sqlite")
            try LibrarySchema.migrator.migrate(pool)
            return pool
        }
        try Self.translating(folder) {
            try removeStrays()
            try requeue()
            try bringUpToDate()
        }
    }

    /// Folder of a clip's files.
    func files(of id: String) -> ClipFolder { ClipFolder(path: folder + "/clips/" + id) }

    /// False once the folder was removed, moved or replaced, so that writing to it would be in vain.
    var isThere: Bool { lock.isThere }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw InputError(.inputOutput, "\(path): the folder cannot be made: \(error.localizedDescription)")
        }
    }

    /// Runs `body`, converting errors of the database.
    private static func translating<Result>(_ folder: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw InputError(.inputOutput, "\(folder): the library cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Removes folders of incomplete uploads and of removed clips.
    private func removeStrays() throws {
        let known = try database.read { try Set(String.fetchAll($0, sql: "SELECT id FROM clips")) }
        for name in folderNames(folder + "/clips") ?? [] where !known.contains(name) {
            try? FileManager.default.removeItem(atPath: folder + "/clips/" + name)
        }
    }

    /// Upper bound on consecutive crashes of the server while it processes a clip.
    private static let mostAttempts = 2

    private func requeue() throws {
        try database.write { database in
            try database.execute(
                sql: "UPDATE clips SET state = 'failed', error = ? WHERE state = 'running' AND attempts >= ?",
                arguments: ["the server ended \(Self.mostAttempts) times in a row while processing it: not tried again", Self.mostAttempts])
            try database.execute(sql: "UPDATE clips SET state = 'queued' WHERE state = 'running'")
        }
    }

    /// Writes the documents of clips whose job did not write one, and of those with edits not yet applied.
    private func bringUpToDate() throws {
        let ids = try database.read { database in
            try String.fetchAll(
                database, sql: """
                    SELECT id FROM clips WHERE state NOT IN ('queued', 'running')
                    AND (id IN (SELECT clip FROM amendments) OR state = 'failed')
                    """)
        }
        for id in ids {
            let files = files(of: id)
            if FileStatus(files.document) == nil, let finished = try? files.finished() { try files.write(finished) }
            try applyAmendments(to: id)
        }
    }
}

/// A file lock on a library, released when the process ends, on all file systems that support locks.
private final class LibraryLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// - Throws: `InputError` if this or another process holds the lock.
    init(_ folder: String) throws {
        let path = folder + "/lock"
        self.path = path
        descriptor = path.withPath { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else {
            throw InputError(.inputOutput, "\(folder): the library cannot be used: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw InputError(.outputExists, "\(folder): found another server that uses this library, expected one at a time")
    }

    /// True if the locked file is still the one at its path.
    var isThere: Bool {
        var own = stat(), found = stat()
        guard fstat(descriptor, &own) == 0, path.withPath({ stat($0, &found) }) == 0 else { return false }
        return (own.st_dev, own.st_ino) == (found.st_dev, found.st_ino)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
