import Files
import Foundation
import TestSupport
import Testing

/// If these fail, a run replaces a file without permission, or works in vain.
struct RefusedOutputTests {
    private static func arguments(_ more: String...) -> [String] {
        [
            "caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--no-propagate",
            "--track", "1", "--max-new-tokens", "1",
        ] + more
    }

    @Test func inputsAreKept() throws {
        try withTemporaryDirectory { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            try FileManager.default.copyItem(atPath: Courtyard.clip, toPath: path("clip.mp4"))
            try FileManager.default.copyItem(atPath: Courtyard.masks, toPath: path("masks"))
            try FileManager.default.copyItem(atPath: Fixtures.model(.damA), toPath: path("model"))
            try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("clip.mp4"))
            try Data("clip.mp4\tmasks\n".utf8).write(to: folder.appending(path: "list.txt"))
            let one = ["caption", path("clip.mp4"), "--masks", path("masks")]
            let common = ["--model", path("model"), "--no-propagate", "--track", "1", "--max-new-tokens", "1", "--overwrite"]
            for arguments in [
                one + ["-o", path("clip.mp4")], one + ["-o", path("link")], one + ["-o", path("masks/00000.png")],
                one + ["-o", path("model/config.json")], one + ["-o", path("o.json"), "--render", path("clip.mp4")],
                one + ["-o", path("o.json"), "--report", path("masks/00001.png")],
                one + ["-o", path("o.json"), "--format", "json", "--report", path("model/llm/config.json")],
                ["caption", "-a", path("list.txt"), "-o", folder.path, "--report", path("list.txt")],
            ] {
                for extra in [[], ["--dry-run"]] {
                    let run = try CommandRun(arguments + common + extra)
                    // A report for several clips goes into a folder.
                    let expected: Int32 = arguments.contains("-a") ? 74 : 64
                    #expect(run.status == expected && run.lines.count == 1, "\(arguments): \(run.status) \(run.errors)")
                }
            }
            #expect(FileManager.default.contentsEqual(atPath: path("clip.mp4"), andPath: Courtyard.clip))
            #expect(FileManager.default.contentsEqual(atPath: path("masks"), andPath: Courtyard.masks))
            #expect(FileManager.default.contentsEqual(atPath: path("model"), andPath: Fixtures.model(.damA)))
            let tracking = try CommandRun(
                ["track", path("masks"), "--box", "1,1,9,9", "--at", "0", "-o", path("masks"), "--overwrite", "--quiet"])
            #expect(tracking.status == 64, "\(tracking.errors)")
            #expect(FileManager.default.contentsEqual(atPath: path("masks"), andPath: Courtyard.masks))
        }
    }

    /// --resume continues an earlier run; it does not act as --overwrite for other files.
    @Test func resumingReplacesNothingElse() throws {
        try withTemporaryDirectory { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let others = ["r.csv": "mine", "r.vtt": "mine", "r.json": "{}", "r.mp4": "mine", "r.html": "mine"]
            for (name, text) in others {
                try Data(text.utf8).write(to: URL(filePath: path(name)))
                let outputs = switch URL(filePath: name).pathExtension {
                case "mp4": ["--render", path(name)]
                case "html": ["--report", path(name)]
                case let format: ["--format", format]
                }
                let run = try CommandRun(Self.arguments("-o", path("r.jsonl"), "--format", "jsonl", "--resume") + outputs)
                #expect(run.status == 73 && run.lines.count == 1, "\(name): \(run.errors)")
                #expect(try String(contentsOfFile: path(name), encoding: .utf8) == text)
                try FileManager.default.removeItem(atPath: path(name))
            }
            // Without an earlier run existing subtitles are foreign files.
            let subtitles = "WEBVTT - captions by damvideo\n\n"
            try Data(subtitles.utf8).write(to: URL(filePath: path("r.vtt")))
            let run = try CommandRun(Self.arguments("-o", path("r.jsonl"), "--format", "jsonl", "--resume", "--format", "vtt"))
            #expect(run.status == 73)
            try FileManager.default.removeItem(atPath: path("r.vtt"))
            // Outputs of an earlier run may be replaced.
            let formats = ["json", "csv", "vtt"].flatMap { ["--format", $0] }
            let first = Self.arguments("-o", path("r.jsonl"), "--format", "jsonl") + formats
            #expect(try CommandRun(first).status == 0)
            let lines = try String(contentsOfFile: path("r.jsonl"), encoding: .utf8).split(separator: "\n")
            try Data((lines[0] + "\n").utf8).write(to: URL(filePath: path("r.jsonl")))
            let again = try CommandRun(first + ["--resume"])
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    @Test func twoRunsDoNotWriteOneFile() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            try withExtendedLifetime(OutputClaim(path)) {
                let run = try CommandRun(Self.arguments("-o", path, "--format", "jsonl", "--overwrite"))
                #expect(run.status == 73 && run.errors.contains("another run"), "\(run.errors)")
                #expect(!run.errors.contains("encoding") && !FileManager.default.fileExists(atPath: path))
            }
        }
    }

    /// A folder of masks that also contains the clip and its captions.
    @Test func captionsMayLieAmongMasks() throws {
        try withTemporaryDirectory { folder in
            func path(_ name: String) -> String { folder.appending(path: "m/\(name)").path }
            try FileManager.default.copyItem(atPath: Courtyard.masks, toPath: folder.appending(path: "m").path)
            try FileManager.default.copyItem(atPath: Courtyard.clip, toPath: path("clip.mp4"))
            var arguments = Self.arguments("--format", "jsonl")
            (arguments[1], arguments[3]) = (path("clip.mp4"), folder.appending(path: "m").path)
            for more in [[], ["--resume"], ["--overwrite"]] {
                let run = try CommandRun(arguments + more)
                #expect(run.status == 0, "\(more): \(run.errors)")
            }
        }
    }

    @Test func emptyNamesAreRefusedAtOnce() throws {
        for option in ["-o", "--render", "--report"] {
            let run = try CommandRun(Self.arguments(option, ""))
            #expect(run.status == 64 && run.lines.count == 1, "\(option): \(run.errors)")
        }
        #expect(try CommandRun(Self.arguments("-o", "-", "--render", "-")).status == 64)
    }

    @Test func longNamesAreWritten() throws {
        try withTemporaryDirectory { folder in
            let clip = folder.appending(path: String(repeating: "a", count: 236) + ".mp4").path
            try FileManager.default.copyItem(atPath: Courtyard.clip, toPath: clip)
            var arguments = Self.arguments()
            arguments[1] = clip
            let run = try CommandRun(arguments)
            #expect(run.status == 0, "\(run.errors)")
            let longer = folder.appending(path: String(repeating: "a", count: 246) + ".mp4").path
            try FileManager.default.moveItem(atPath: clip, toPath: longer)
            arguments[1] = longer
            for extra in [[], ["--dry-run"]] {
                let run = try CommandRun(arguments + extra)
                #expect(run.status == 74 && run.lines.count == 1, "\(run.errors)")
            }
        }
    }
}
