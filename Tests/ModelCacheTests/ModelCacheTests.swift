import Foundation
import Imaging
import ModelCache
import TestSupport
import Testing

/// If these fail, a downloaded model is not found, or removing one takes more than it should.
struct ModelCacheTests {
    private static let first = String(repeating: "a1", count: 20), second = String(repeating: "b2", count: 20)

    /// Writes a file of a snapshot as the hub's tools do.
    private func add(_ path: String, _ text: String, commit: String, to folder: URL) throws {
        let blob = folder.appending(path: "blobs/blob-of-\(text)"), link = folder.appending(path: "snapshots/\(commit)/\(path)")
        for file in [blob, link] {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        }
        try text.write(to: blob, atomically: true, encoding: .utf8)
        let up = String(repeating: "../", count: 2 + path.count { $0 == "/" })
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: up + "blobs/blob-of-\(text)")
    }

    private func name(_ revision: String, _ commit: String, in folder: URL) throws {
        let file = folder.appending(path: "refs/\(revision)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try commit.write(to: file, atomically: true, encoding: .utf8)
    }

    private func withModel(_ body: (ModelCache, ModelName, URL) throws -> Void) throws {
        try withTemporaryDirectory { root in
            let name = try #require(ModelName("org/net")), folder = root.appending(path: name.folder)
            try add("net.onnx", "old", commit: Self.first, to: folder)
            try add("net.onnx", "new", commit: Self.second, to: folder)
            for commit in [Self.first, Self.second] { try add("sub/README.md", "words", commit: commit, to: folder) }
            try self.name("main", Self.second, in: folder)
            try self.name("refs/pr/7", Self.first, in: folder)
            try body(ModelCache(folder: root.path), name, folder)
        }
    }

    @Test func revisionsAreFoundByBranchAndByCommit() throws {
        try withModel { cache, name, _ in
            let main = try #require(cache.snapshot(name)), change = try #require(ModelName("org/net@refs/pr/7").flatMap(cache.snapshot))
            #expect(main.commit == Self.second && main.files == ["net.onnx", "sub/README.md"] && main.size == 8)
            #expect(change.commit == Self.first)
            #expect(ModelName("org/net@\(Self.first)").flatMap(cache.snapshot)?.commit == Self.first)
            #expect(ModelName("org/net@v2").flatMap(cache.snapshot) == nil && ModelName("org/other").flatMap(cache.snapshot) == nil)
            let repository = try #require(cache.repositories.first)
            #expect(repository.references.map(\.revision) == ["main", "refs/pr/7"] && repository.size == 11)
            #expect(try main.contents().mainFile == "net.onnx")
        }
    }

    @Test func removingARevisionKeepsSharedBlobs() throws {
        try withModel { cache, name, folder in
            try "part".write(to: folder.appending(path: "blobs/x.incomplete"), atomically: true, encoding: .utf8)
            #expect(try cache.repository(name).remove("refs/pr/7") == 3)
            #expect(ModelName("org/net@refs/pr/7").flatMap(cache.snapshot) == nil && cache.snapshot(name)?.size == 8)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "blobs").path).sorted()
                == ["blob-of-new", "blob-of-words", "x.incomplete"])
            #expect(throws: InputError.self) { try cache.repository(name).remove("v9") }
            #expect(try cache.repository(name).remove(nil) == 12)
            #expect(!FileManager.default.fileExists(atPath: folder.path) && cache.repositories.isEmpty)
        }
    }

    @Test func aModelBeingDownloadedIsKept() throws {
        try withModel { cache, name, folder in
            let locks = folder.deletingLastPathComponent().appending(path: ".locks/\(name.folder)")
            try FileManager.default.createDirectory(at: locks, withIntermediateDirectories: true)
            let lock = open(locks.appending(path: "x.lock").path, O_RDWR | O_CREAT, 0o666)
            defer { close(lock) }
            #expect(flock(lock, LOCK_EX) == 0)
            #expect(throws: InputError(
                .inputOutput, "org/net", found: "a program that is fetching it", expected: "no download during removal")) {
                try cache.repository(name).remove(nil)
            }
            #expect(cache.snapshot(name)?.size == 8)
        }
    }
}
