import Files
import Foundation
import TestSupport
import Testing

/// If these fail, files with names from other systems cannot be used, or the wrong files are written.
@Suite struct PathTextTests {
    /// An empty file has contents; a missing one, and a folder, do not.
    @Test func filesOfAnyNameAreRead() throws {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/caf" + String(path: [0xE9])
            #expect(fileContents(path) == nil && FileStatus(path) == nil && fileContents(folder.path) == nil)
            let descriptor = path.withPath { open($0, O_CREAT | O_WRONLY, 0o644) }
            #expect(descriptor >= 0 && fileContents(path) == Data())
            #expect(write(descriptor, "x", 1) == 1)
            close(descriptor)
            #expect(fileContents(path) == Data("x".utf8) && FileStatus(path)?.isRegular == true)
            #expect(folderNames(folder.path) == ["caf" + String(path: [0xE9])] && folderNames(path) == nil)
            _ = path.withPath { unlink($0) }
        }
    }

    /// Any bytes round-trip; valid UTF-8 is unchanged.
    @Test(arguments: [
        Array("caf\u{E9}/\u{4E2D}\u{1F600}.mp4".utf8), [0x63, 0xE9, 0x2E, 0x6D], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80],
        [0xFF, 0xFE, 0x41], [0xF0, 0x9F, 0x98], [0x80, 0xBF], Array("\u{10FE80}x\u{10FEFF}\u{10FE7F}".utf8), [],
    ] as [[UInt8]])
    func bytesRoundTrip(bytes: [UInt8]) {
        let text = String(path: bytes)
        #expect(text.pathBytes == bytes)
        #expect(text.withPath { path in bytes.indices.allSatisfy { UInt8(bitPattern: path[$0]) == bytes[$0] } && path[bytes.count] == 0 })
    }

    @Test func textIsUnchanged() {
        let text = "Stra\u{DF}e/\u{4E2D}.mp4"
        #expect(String(path: Array(text.utf8)) == text && text.withReadablePaths == text)
        #expect(String(path: Array("a/caf".utf8) + [0xE9] + Array(".mp4".utf8)).withReadablePaths == "a/caf\\xE9.mp4")
        #expect(String(path: [0x61, 0xE9, 0x62]) != String(path: [0x61, 0xE8, 0x62]))
    }
}
