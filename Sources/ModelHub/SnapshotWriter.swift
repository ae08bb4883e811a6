import Files
import Foundation
import Imaging
import ModelCache

/// Publishes the files of a commit once their blobs are complete.
struct SnapshotWriter {
    let repository: CachedRepository
    let commit: String

    /// Links files to their blobs, in a new folder that appears atomically or next to existing links.
    /// - Parameter blobs: blob names by path.
    /// - Throws: `InputError` of category `inputOutput`.
    func link(_ blobs: [String: String]) throws {
        let folder = repository.snapshotFolder(commit)
        try CacheFile.makeFolder("\(repository.folder)/snapshots")
        guard FileStatus(folder) == nil else { return try add(blobs, to: folder) }
        do {
            let pending = try PendingOutput(path: folder)
            try add(blobs, to: pending.temporary.path(percentEncoded: false))
            try pending.commit(replaces: false)
        } catch let error as InputError where error.category == .outputExists {
            // Another program has created it meanwhile.
            try add(blobs, to: folder)
        }
    }

    private func add(_ blobs: [String: String], to folder: String) throws {
        for (path, blob) in blobs.sorted(by: { $0.key < $1.key }) {
            let link = "\(folder)/\(path)", depth = path.count { $0 == "/" }
            try CacheFile.makeFolder(URL(filePath: link).deletingLastPathComponent().path(percentEncoded: false))
            let target = String(repeating: "../", count: depth + 2) + "blobs/\(blob)"
            if FileStatus(link) != nil, (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == target { continue }
            // Replaces a dangling link or a copy atomically.
            let temporary = "\(link).\(UInt32.random(in: 0...UInt32.max)).new"
            let isLinked = target.withPath { target in temporary.withPath { symlink(target, $0) } } == 0
            guard isLinked, temporary.withPath({ old in link.withPath { rename(old, $0) } }) == 0 else {
                let error = CacheFile.error(link)
                _ = temporary.withPath { unlink($0) }
                throw error
            }
        }
    }

    /// Records the commit of a branch or tag, once its files exist.
    /// - Throws: `InputError` of category `inputOutput`.
    func name(_ revision: String) throws {
        guard revision != commit else { return }
        let path = repository.reference(revision)
        try CacheFile.makeFolder(URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false))
        try OutputFile.write(Data(commit.utf8), to: path, replaces: true)
    }
}
