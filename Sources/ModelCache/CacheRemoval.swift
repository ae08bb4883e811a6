import Files
import Foundation
import Imaging

extension CachedRepository {
    /// Removes a revision, or the whole model. References are removed before contents, so that after an interruption the rest is
    /// unreachable and is removed the next time.
    /// - Parameter revision: nil for the whole model.
    /// - Returns: the number of bytes freed.
    /// - Throws: `InputError`: `notFound` if there is none, `inputOutput`, also while a program is downloading it.
    package func remove(_ revision: String?) throws -> Int {
        guard FileStatus(folder)?.isFolder == true else { throw absent(name.description) }
        try requireUnlocked()
        let before = size
        guard let revision else {
            for part in ["refs", "snapshots", "trees", "blobs"] { try discard("\(folder)/\(part)") }
            try discard(folder)
            try? FileManager.default.removeItem(atPath: locks)
            return before
        }
        guard let commit = commit(of: revision), commits.contains(commit) else { throw absent("\(name)@\(revision)") }
        for (name, other) in references where other == commit { try discard(reference(name)) }
        try discard(snapshotFolder(commit))
        try discard("\(folder)/trees/\(commit).json")
        let used = usedBlobs
        // Incomplete downloads may belong to another revision.
        for blob in folderNames("\(folder)/blobs") ?? [] where !used.contains(blob) && !blob.hasSuffix(".incomplete") {
            try discard("\(folder)/blobs/\(blob)")
        }
        return before - size
    }

    /// Names of the blobs that snapshots link to.
    private var usedBlobs: Set<String> {
        Set(commits.flatMap { commit in
            let folder = snapshotFolder(commit)
            return FolderWalk.files(in: folder).compactMap { file in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)"))
                    .map { URL(filePath: $0).lastPathComponent }
            }
        })
    }

    /// - Throws: `InputError` of category `inputOutput` while a program is downloading one of the files.
    private func requireUnlocked() throws {
        for name in folderNames(locks) ?? [] {
            let descriptor = "\(locks)/\(name)".withPath { open($0, O_RDWR | O_CLOEXEC) }
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
                throw InputError(.inputOutput, "\(self.name)", found: "a program that is fetching "
                    + "it", expected: "no download during removal")
            }
        }
    }

    private func absent(_ what: String) -> InputError {
        InputError(.notFound, "\(what): found no such model in \(URL(filePath: folder).deletingLastPathComponent().path)")
    }

    private func discard(_ path: String) throws {
        var status = stat()
        guard path.withPath({ lstat($0, &status) }) == 0 else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be removed: \(error.localizedDescription)")
        }
    }
}
