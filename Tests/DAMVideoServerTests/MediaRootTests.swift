import Foundation
import TestSupport
import Testing

@testable import DAMVideoServer

@Suite("The media folder")
struct MediaRootTests {
    private func status(_ root: MediaRoot, _ path: String) -> Int {
        do {
            _ = try root.file(path)
            return 200
        } catch {
            return (error as? APIError)?.status ?? 0
        }
    }

    @Test("Only files inside it are found, wherever links lead")
    func paths() throws {
        try withTemporaryDirectory { folder throws in
            let files = FileManager.default, inside = folder.appending(path: "media/a")
            try files.createDirectory(at: inside, withIntermediateDirectories: true)
            for name in ["media/a/clip.mp4", "secret", "media-other"] { try Data("x".utf8).write(to: folder.appending(path: name)) }
            func link(_ name: String, to target: String) throws {
                try files.createSymbolicLink(atPath: folder.appending(path: "media/" + name).path, withDestinationPath: target)
            }
            try link("inner", to: "a/clip.mp4")
            try link("outer", to: "../secret")
            try link("up", to: "..")
            mkfifo(folder.appending(path: "media/pipe").path, 0o600)
            let root = try MediaRoot(folder.appending(path: "media").path + "/")
            let clip = root.folder + "/a/clip.mp4"
            for path in ["a/clip.mp4", "./a/../a//clip.mp4", "inner", clip] { #expect(try root.file(path) == clip) }
            #expect(try root.file("a") == root.folder + "/a")
            for path in [
                "../secret", "outer", "up/secret", "a/../../secret", "/etc/passwd", "../media-other", "..", ".", "pipe", "../nothing",
            ] {
                #expect(status(root, path) == 403, "\(path)")
            }
            for path in ["nothing", "a/clip.mp4/x", "a\u{0}b", ""] { #expect([400, 404].contains(status(root, path)), "\(path)") }
        }
    }

    @Test("A missing folder is refused")
    func missing() { #expect(throws: (any Error).self) { try MediaRoot("/nonexistent/media") } }
}
