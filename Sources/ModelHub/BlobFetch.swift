import Files
import Foundation
import Imaging
import ModelCache

/// Downloads one file into the cache's blobs. Data is kept in a file ending with .incomplete until it is complete and verified; a
/// later download resumes from it.
struct BlobFetch {
    /// Upper bound on the bytes per request: data waiting for the disk is held in memory, so larger parts need fewer requests but
    /// more memory.
    static let largestPart = 256 << 20

    /// Callback with a number of bytes, and true if they were just downloaded.
    typealias Arrival = (Int, Bool) throws -> Void

    let client: HubClient
    let patience: Patience
    let repository: CachedRepository
    let commit: String
    let largestPart: Int

    /// Downloads a file unless it exists.
    /// - Parameter arrived: called with the number of bytes downloaded or already present; negative if data is discarded. An
    ///   error it throws ends the download.
    /// - Returns: the name of its blob.
    /// - Throws: `InputError`, and what `arrived` throws.
    func fetch(_ listed: HubListing.File, arrived: Arrival) throws -> String {
        let file = try identified(listed)
        let blob = repository.blob(file.hash.name), subject = subject(file.path)
        try CacheFile.makeFolder(repository.locks)
        try CacheFile.makeFolder("\(repository.folder)/blobs")
        let lock = try BlobLock("\(repository.locks)/\(file.hash.name).lock", pause: patience.pause) {
            patience.notice("\(subject): another program is downloading it; waiting")
        }
        return try withExtendedLifetime(lock) {
            if let status = FileStatus(blob), file.size == nil || status.size == file.size {
                try arrived(status.size, false)
                return file.hash.name
            }
            try complete(file, blob, arrived)
            return file.hash.name
        }
    }

    /// A file with a known hash.
    private struct Known {
        let path: String
        let size: Int?
        let hash: ContentHash
    }

    private func subject(_ path: String) -> String { "\(repository.name.identifier)/\(path)" }

    /// Requests the hash if the listing has none.
    private func identified(_ file: HubListing.File) throws -> Known {
        if let hash = file.hash, file.size != nil { return Known(path: file.path, size: file.size, hash: hash) }
        let head = try patience.run(subject(file.path)) { try client.head(file.path, of: repository.name, commit: commit) }
        guard let hash = file.hash ?? head.hash.flatMap(ContentHash.init) else {
            throw InputError(.invalid, subject(file.path), found: "no usable ETag", expected: "the hash of the file")
        }
        return Known(path: file.path, size: file.size ?? head.size, hash: hash)
    }

    private func complete(_ file: Known, _ blob: String, _ arrived: Arrival) throws {
        let incomplete = try IncompleteBlob("\(blob).incomplete", hash: file.hash, size: file.size)
        try incomplete.takeUp()
        try arrived(incomplete.count, false)
        var wasTakenUp = incomplete.count > 0
        while true {
            try fill(incomplete, file, arrived)
            let found = incomplete.hashOfContent()
            guard let found, found != file.hash.name else { break }
            let count = incomplete.count
            try incomplete.restart()
            try arrived(-count, false)
            guard wasTakenUp else {
                throw InputError(
                    .invalid, subject(file.path), found: "content with hash \(found)",
                    expected: "\(file.hash.name), as listed; it was discarded")
            }
            // The data of the earlier download may be wrong.
            wasTakenUp = false
            patience.notice("\(subject(file.path)): the partial download does not match; downloading all of it")
        }
        try incomplete.commit(as: blob)
    }

    /// Requests missing bytes until the file is complete.
    private func fill(_ blob: IncompleteBlob, _ file: Known, _ arrived: Arrival) throws {
        var last = blob.count
        while file.size.map({ blob.count < $0 }) ?? !blob.isEnded {
            try patience.run(subject(file.path), isMoving: { defer { last = blob.count }; return blob.count > last }) {
                do {
                    try readPart(of: file, into: blob, arrived)
                } catch HubFailure.noSuchRange {
                    let count = blob.count
                    try blob.restart()
                    try arrived(-count, false)
                    throw HubFailure.passing("the server has no byte \(count)", after: 0)
                }
            }
        }
        // Nothing to request for an empty file, but it must be created.
    }

    private func readPart(of file: Known, into blob: IncompleteBlob, _ arrived: Arrival) throws {
        let start = blob.count
        let end = file.size.map { min($0, start + largestPart) } ?? Int.max
        let isAll = start == 0 && (end == file.size || file.size == nil)
        var skipped: Int?
        let head = try client.read(
            file.path, of: repository.name, commit: commit, bytes: isAll ? nil : start..<(end == file.size ? Int.max : end)
        ) { head, data in
            try check(head, file)
            // A server without range support sends everything; the part already present is skipped.
            if skipped == nil { skipped = start - head.start }
            guard let left = skipped, left >= 0 else {
                throw InputError(.inputOutput, subject(file.path), found: "bytes from \(head.start)", expected: "from \(start)")
            }
            let piece = data.dropFirst(min(left, data.count))
            skipped = left - min(left, data.count)
            guard !piece.isEmpty else { return }
            if let size = file.size, blob.count + piece.count > size {
                throw InputError(.invalid, subject(file.path), found: "more than the \(size) bytes listed", expected: "exactly those")
            }
            try blob.append(piece)
            try arrived(piece.count, true)
        }
        try check(head, file)
        if file.size == nil { blob.isEnded = true }
        guard file.size == nil || blob.count >= end else { throw HubFailure.passing("the connection ended early", after: nil) }
    }

    /// - Throws: `InputError` of category `invalid` if the file on the server has changed.
    private func check(_ head: HubClient.Head, _ file: Known) throws {
        let hash = head.hash.flatMap(ContentHash.init)
        // Tags of another kind are assigned by servers with their own scheme.
        let isComparable = switch (hash, file.hash) {
        case (.sha256, .sha256), (.gitSHA1, .gitSHA1): true
        default: false
        }
        guard !isComparable || hash == file.hash, head.size == nil || file.size == nil || head.size == file.size else {
            let found = [head.hash.map { "hash \($0)" }, head.size.map { "\($0) bytes" }].compactMap(\.self).joined(separator: " and ")
            let expected = "\(file.hash.name)\(file.size.map { " and \($0)" } ?? ""), as listed a moment ago (pull again)"
            throw InputError(.invalid, subject(file.path), found: found, expected: expected)
        }
    }
}
