import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, results overwrite other files, or an incomplete file is taken for a complete one.
struct OutputFileTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// The old file stays until the new one is complete, and nothing else is touched.
    @Test func filesAreReplacedAtomically() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path
            try OutputFile.write(Data("old".utf8), to: path, replaces: false)
            try Data("mine".utf8).write(to: URL(filePath: path + ".partial"))
            #expect(throws: InputError(.outputExists, "\(path): exists already (--overwrite replaces it)")) {
                try OutputFile.write(Data("new".utf8), to: path, replaces: false)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            try OutputFile.write(Data("new".utf8), to: path, replaces: true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            #expect(try String(contentsOfFile: path + ".partial", encoding: .utf8) == "mine")
            #expect(throws: CocoaError.self) {
                try OutputFile.write(path, replaces: true) { target in
                    try target.open().write(contentsOf: Data("half".utf8))
                    throw CocoaError(.fileWriteUnknown)
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            #expect(try names(folder) == ["out.json", "out.json.partial"])
        }
    }

    @Test func devicesAreWrittenInPlace() throws {
        try withTemporaryDirectory { folder in
            let link = folder.appending(path: "null").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
            try OutputFile.check(link, overwrites: false)
            try OutputFile.write(Data("gone".utf8), to: link, replaces: false)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
        }
    }

    /// A name of maximum length works; a longer one is refused before any work.
    @Test func longNamesAreCheckedFirst() throws {
        try withTemporaryDirectory { folder in
            let longest = folder.path + "/" + String(repeating: "a", count: 255)
            try OutputFile.check(longest, overwrites: false)
            try OutputFile.write(Data("x".utf8), to: longest, replaces: false)
            #expect(FileManager.default.fileExists(atPath: longest))
            for path in [longest + "b", folder.path + "/none/x", folder.path, folder.path + "/x/"] {
                let error = #expect(throws: InputError.self) { try OutputFile.check(path, overwrites: true) }
                #expect(error?.category == .inputOutput, "\(path)")
            }
        }
    }

    /// A link is replaced, not its target; a dangling link counts as existing.
    @Test func linksAreNotFollowed() throws {
        try withTemporaryDirectory { folder in
            let link = folder.appending(path: "link").path, victim = folder.appending(path: "victim").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: victim)
            #expect(throws: InputError.self) { try OutputFile.check(link, overwrites: false) }
            #expect(throws: InputError.self) { try OutputFile.write(Data("x".utf8), to: link, replaces: false) }
            try OutputFile.write(Data("x".utf8), to: link, replaces: true)
            #expect(!FileManager.default.fileExists(atPath: victim))
            #expect(try String(contentsOfFile: link, encoding: .utf8) == "x")
        }
    }

    @Test func onlyOneRunWritesAPath() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path
            try withExtendedLifetime(OutputClaim(path)) {
                let error = #expect(throws: InputError.self) { try OutputClaim(folder.path + "/./out.json") }
                #expect(error?.category == .outputExists)
                _ = try OutputClaim(folder.path + "/other.json")
            }
            _ = try OutputClaim(path)
        }
    }

    /// Inputs are protected under any name, link or folder.
    @Test func inputsAreNotReplaced() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "clip.mp4").path, link = folder.appending(path: "link").path
            let hard = folder.appending(path: "hard").path, model = folder.appending(path: "model").path
            try Data("clip".utf8).write(to: URL(filePath: file))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            try FileManager.default.linkItem(atPath: file, toPath: hard)
            try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: false)
            try Data("{}".utf8).write(to: URL(filePath: model + "/config.json"))
            let inputs = InputFiles([file, model])
            try inputs.refuse(model + "/config.json", isOwn: true)
            for output in [file, link, hard, model, model + "/config.json", model + "/../model/config.json", folder.path] {
                let error = #expect(throws: InputError.self, "\(output)") { try inputs.refuse(output) }
                #expect(error?.category == .usage)
            }
            try inputs.refuse(folder.appending(path: "out.json").path)
            try inputs.refuse(model + "/new.json")
        }
    }

    @Test func foldersAreReplacedAtomicallyAndLeftoversRemoved() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "masks").path
            func write(_ text: String, replaces: Bool) throws {
                let output = try PendingOutput(path: path)
                try FileManager.default.createDirectory(at: output.temporary, withIntermediateDirectories: false)
                try Data(text.utf8).write(to: output.temporary.appending(path: "a"))
                try output.commit(replaces: replaces)
            }
            func content() throws -> String { try String(contentsOfFile: path + "/a", encoding: .utf8) }
            try write("one", replaces: false)
            #expect(throws: InputError.self) { try write("two", replaces: false) }
            #expect(try content() == "one")
            try write("three", replaces: true)
            #expect(try content() == "three" && names(folder) == ["masks"])
            // Leftovers of a killed run, of a running one, and of another machine's.
            let other = try PendingOutput(path: folder.appending(path: "other").path)
            let working = try #require(try names(folder).first { $0.hasPrefix(".damvideo-") })
            let leftOver = working.replacing(/-[^-]*$/) { _ in "-1.partial" }, foreign = ".damvideo-elsewhere-1.partial"
            for name in [leftOver, foreign] {
                let content = folder.appending(path: "\(name)/content")
                try FileManager.default.createDirectory(at: content, withIntermediateDirectories: true)
            }
            try write("four", replaces: true)
            #expect(try names(folder) == [foreign, working, "masks"].sorted())
            withExtendedLifetime(other) {}
        }
    }

    @Test func errorsNameTheDestination() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "masks").path, output = try PendingOutput(path: path)
            let error = #expect(throws: InputError.self) {
                try output.writing { try OutputFile.write(Data(), to: $0 + "/missing/a", replaces: false) }
            }
            #expect(error?.description.hasPrefix("\(path)/missing") == true, "\(error?.description ?? "")")
        }
    }

    /// A folder whose name is not valid text works like any other.
    @Test func foldersMayHaveAnyName() throws {
        try withTemporaryDirectory { folder in
            let strange = folder.path + "/d" + String(path: [0xE9])
            #expect(strange.withPath { mkdir($0, 0o755) } == 0)
            let output = try PendingOutput(path: strange + "/masks")
            try FileManager.default.createDirectory(at: output.temporary, withIntermediateDirectories: false)
            try output.commit(replaces: false)
            #expect((strange + "/masks").withPath { access($0, F_OK) } == 0)
            #expect(throws: InputError.self) { try InputFiles([strange + "/masks"]).refuse(strange + "/masks") }
            // Foundation could not remove it.
            #expect((strange + "/masks").withPath { rmdir($0) } == 0)
        }
    }

    /// A file behind /dev/fd may have other writers, so it is appended to.
    @Test func openFilesAreAddedTo() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "all").path
            try Data("mine\n".utf8).write(to: URL(filePath: file))
            let handle = try #require(FileHandle(forWritingAtPath: file))
            let path = "/proc/self/fd/\(handle.fileDescriptor)"
            try OutputFile.check(path, overwrites: false)
            try OutputFile.write(Data("more\n".utf8), to: path, replaces: false)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine\nmore\n")
            // Through the working folder it is an ordinary file.
            #expect(throws: InputError.self) { try OutputFile.check("/proc/self/root" + file, overwrites: false) }
        }
    }

    /// Captions that cannot be written to their destination are saved elsewhere.
    @Test func captionsAreRescued() throws {
        try withTemporaryDirectory { folder in
            let path = try #require(OutputFile.rescue(Data("x".utf8), from: folder.appending(path: "a.json").path))
            #expect(path.hasPrefix(folder.path) && path.hasSuffix(".json"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "x")
        }
    }

    @Test func linesAreAppendedToTheFileThatWasBegun() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "a.jsonl").path
            let file = try GrowingFile(path, beginning: Data("1\n".utf8), replaces: false)
            try file.append(Data("2\n".utf8))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "1\n2\n")
            #expect(throws: InputError.self) { try GrowingFile(path, beginning: Data(), replaces: false) }
            // Another file of that name is not touched.
            try FileManager.default.removeItem(atPath: path)
            try Data("other".utf8).write(to: URL(filePath: path))
            try file.append(Data("3\n".utf8))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "other")
        }
    }
}
