import DAMVideo
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, clips of a batch are captioned with other clips' masks.
struct ClipListTests {
    private func failure(_ body: () throws -> Void) -> InputError? {
        #expect(throws: InputError.self) { try body() }
    }

    @Test func linesAreClipsWithOrWithoutMasks() throws {
        let text = "# remark\na.mp4\n\n  \nsub/b c.mp4\tmasks/b\r\n/far/c.mp4\t/far/masks\n"
        let list = try ClipList(text: text, path: "list.txt", folder: "work")
        #expect(list.entries == [
            ClipList.Entry(clip: "work/a.mp4"), ClipList.Entry(clip: "work/sub/b c.mp4", masks: "work/masks/b"),
            ClipList.Entry(clip: "/far/c.mp4", masks: "/far/masks"),
        ])
        #expect(try ClipList(text: "a.mp4", path: "-", folder: nil).entries == [ClipList.Entry(clip: "a.mp4")])
        for line in ["a\tb\tc", "\tmasks", "clip\t"] {
            let error = failure { _ = try ClipList(text: "ok.mp4\n" + line, path: "list.txt", folder: nil) }
            #expect(error?.category == .invalid && error?.description.contains("list.txt: found in line 2") == true)
        }
    }

    @Test func aListIsRelativeToItsFolder() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "list.txt")
            try Data("a.mp4".utf8).write(to: file)
            #expect(try ClipList(path: file.path).entries == [ClipList.Entry(clip: folder.path + "/a.mp4")])
            try Data([0xFF, 0xFE, 0x00]).write(to: file)
            #expect(failure { _ = try ClipList(path: file.path) }?.category == .invalid)
            #expect(failure { _ = try ClipList(path: folder.path + "/none") }?.category == .notFound)
        }
    }

    @Test func masksComeInTheClipsOrder() throws {
        let list = ClipList(entries: ["a.mp4", "b.mp4"].map { ClipList.Entry(clip: $0) } + [ClipList.Entry(clip: "c.mp4", masks: "mc")])
        #expect(try list.pairs(masks: ["ma", "mb"]).map(\.masks) == ["ma", "mb", "mc"])
        for count in [0, 3] {
            let error = failure { _ = try list.pairs(masks: Array(repeating: "m", count: count)) }
            #expect(error?.category == .usage && error?.description.contains("found \(count) masks for 2 clips") == true)
        }
        #expect(failure { _ = try ClipList(entries: [list.entries[2]]).pairs(masks: ["m"]) }?.category == .usage)
    }

    @Test func oneFolderHasAllMasksByName() throws {
        try withTemporaryDirectory { root in
            for name in ["bear", "dogs.old"] {
                try FileManager.default.createDirectory(at: root.appending(path: name), withIntermediateDirectories: false)
            }
            for name in ["cat.json", "cow.json", "cow.txt"] { try Data().write(to: root.appending(path: name)) }
            func masks(_ clip: String) throws -> String {
                let list = ClipList(entries: [ClipList.Entry(clip: clip)])
                return String(try list.pairs(masks: [root.path])[0].masks.dropFirst(root.path.count))
            }
            #expect(try masks("x/bear.mp4") == "/bear" && masks("frames/bear") == "/bear")
            #expect(try masks("dogs.old.mp4") == "/dogs.old" && masks("cat.mkv") == "/cat.json")
            #expect(failure { _ = try masks("cow.mp4") }?.description.contains("found cow.json and cow.txt named like cow.mp4") == true)
            #expect(failure { _ = try masks("fox.mp4") }?.category == .notFound)
            // The file names the clips, and its reader selects them.
            let file = root.path + "/cat.json"
            let list = ClipList(entries: ["a.mp4", "b.mp4"].map { ClipList.Entry(clip: $0) })
            #expect(try list.pairs(masks: [file]).map(\.masks) == [file, file])
        }
    }

    @Test func namesNeedNotBeUTF8() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "list.txt")
            try Data(Array("caf".utf8) + [0xE9] + Array(".mp4\r\nb.mp4".utf8)).write(to: file)
            let clips = try ClipList(path: file.path).entries.map(\.clip)
            #expect(clips.map(\.withReadablePaths) == ["caf\\xE9.mp4", "b.mp4"].map { folder.path + "/" + $0 })
            #expect(clips.first?.pathBytes.suffix(5) == [0xE9] + Array(".mp4".utf8))
        }
    }

    @Test func aListWithoutClipsIsRefused() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "list.txt")
            try Data("# none\n\n".utf8).write(to: file)
            let error = failure { _ = try ClipList(path: file.path) }
            #expect(error?.category == .invalid && error?.description.contains("found no clip") == true)
        }
    }

    /// Names in a pipe are relative to the working directory.
    @Test func aListFromAPipe() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("a.mp4\nb.mp4\n".utf8))
        try pipe.fileHandleForWriting.close()
        let list = try ClipList(path: "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        #expect(list.entries.map(\.clip) == ["a.mp4", "b.mp4"])
    }
}
