import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, a batch stops half way, or overwrites files it should not.
struct SeveralClipsTests {
    private let model = Fixtures.path("goldens/dam-a/model")

    private func decode(_ path: String) throws -> CaptionDocument {
        try JSONDecoder().decode(CaptionDocument.self, from: Data(contentsOf: URL(filePath: path)))
    }

    private func run(_ arguments: [String], input: Data? = nil) throws -> CommandRun {
        try CommandRun(
            ["caption"] + arguments + ["--model", model, "--max-new-tokens", "2", "--track", "1"], input: input)
    }

    /// A folder with clips a.mp4 and b.mp4, and masks/a and masks/b.
    private func withClips(_ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            try FileManager.default.createDirectory(at: folder.appending(path: "masks"), withIntermediateDirectories: false)
            for name in ["a", "b"] {
                try FileManager.default.copyItem(
                    atPath: Fixtures.sample("courtyard/clip.mp4"), toPath: folder.path + "/\(name).mp4")
                try FileManager.default.copyItem(
                    atPath: Fixtures.sample("courtyard/masks"), toPath: folder.path + "/masks/\(name)")
            }
            try body(folder.path)
        }
    }

    @Test func eachClipHasItsDocument() throws {
        try withClips { folder in
            let clips = [folder + "/a.mp4", folder + "/b.mp4"]
            let beside = try run(clips + ["--masks", folder + "/masks"])
            #expect(beside.status == 0, "\(beside.errors)")
            #expect(beside.lines.contains("damvideo: \(clips[1]) (2 of 2)"))
            for clip in ["a", "b"] {
                let document = try decode("\(folder)/\(clip).damvideo.json")
                #expect(document.video.path == "\(folder)/\(clip).mp4" && document.tracks.count == 1)
            }
            let refused = try run(clips + ["--masks", folder + "/masks", "--quiet"])
            #expect(refused.status == 73 && refused.lines.count == 1)

            let out = folder + "/out"
            let paired = try run(clips + ["--masks", folder + "/masks/b", "--masks", folder + "/masks/a", "-o", out])
            #expect(paired.status == 0, "\(paired.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["a.damvideo.json", "b.damvideo.json"])
        }
    }

    @Test func listsCanComeThroughStdin() throws {
        try withClips { folder in
            let text = "\(folder)/a.mp4\n# and\n\(folder)/b.mp4\t\(folder)/masks/b\n"
            let lines = try run(
                ["-a", "-", "--masks", folder + "/masks", "--format", "jsonl", "-o", "-"], input: Data(text.utf8))
            #expect(lines.status == 0, "\(lines.errors)")
            let types = lines.text.split(separator: "\n").map { line in
                (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["type"] as? String
            }
            #expect(types == ["header", "track", "summary", "header", "track", "summary"])
        }
    }

    /// Foreseeable failures are reported before the first clip is captioned.
    @Test func oneBadClipStopsAllUnlessKeepGoing() throws {
        try withClips { folder in
            try Data("no mask".utf8).write(to: URL(filePath: folder + "/masks/b/00030.png"))
            let clips = [folder + "/a.mp4", folder + "/b.mp4", folder + "/none.mp4"]
            let masks = ["--masks", folder + "/masks/a", "--masks", folder + "/masks/b", "--masks", folder + "/masks/a"]
            let stopped = try run(clips + masks + ["--quiet"])
            #expect(stopped.status == 65 && stopped.lines.count == 1 && stopped.errors.contains("00030.png"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/a.damvideo.json"))

            let kept = try run(clips + masks + ["--quiet", "--keep-going"])
            #expect(kept.status == 3)
            #expect(kept.errors.contains("error: \(folder)/none.mp4: no such file"))
            #expect(try decode(folder + "/a.damvideo.json").errors.isEmpty)
            let document = try decode(folder + "/b.damvideo.json")
            #expect(document.tracks.count == 1 && document.errors.map(\.code) == ["mask_skipped"])
            #expect(document.errors[0].message.contains("00030.png"))

            let nothing = try run([clips[2], "--masks", folder + "/masks/a", "--quiet", "--keep-going"])
            #expect(nothing.status == 66)
        }
    }

    /// Ctrl-C in the second clip: the first is complete, the second has its finished tracks, the third is left alone.
    @Test func interruptionWritesTheCurrentClip() throws {
        try withClips { folder in
            let list = folder + "/list.txt"
            try Data("a.mp4\nb.mp4\nlater/a.mp4\tmasks/a\n".utf8).write(to: URL(filePath: list))
            try FileManager.default.createDirectory(atPath: folder + "/later", withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: folder + "/a.mp4", toPath: folder + "/later/a.mp4")
            let run = try CommandRun(
                ["caption", "-a", list, "--masks", folder + "/masks", "--model", model, "--num-beams", "24",
                 "--max-new-tokens", "100", "--temperature", "0", "--track", "1", "--track", "2"],
                interruptingAfter: "/b.mp4 (2 of 3)\ndamvideo: decoding\ndamvideo: track 1 (1 of 2)")
            #expect(run.status == 130, "\(run.errors)")
            #expect(try decode(folder + "/a.damvideo.json").tracks.count == 2)
            let second = try decode(folder + "/b.damvideo.json")
            #expect(second.tracks.count < 2 && second.errors.map(\.code) == ["interrupted"])
            #expect(!FileManager.default.fileExists(atPath: folder + "/later/a.damvideo.json"))
        }
    }

    @Test func dryRunsShowThePlan() throws {
        try withClips { folder in
            try FileManager.default.removeItem(atPath: folder + "/masks/b")
            try FileManager.default.createDirectory(atPath: folder + "/masks/b", withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: folder + "/masks/a/00030.png", toPath: folder + "/masks/b/00030.png")
            let arguments = [folder + "/a.mp4", folder + "/b.mp4", "--masks", folder + "/masks", "--dry-run"]
            let text = try run(arguments)
            #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
            #expect(text.text.contains("    1: masks on 60 frames, looked at in 0 8 16 25 33 42 50 59\n"))
            #expect(text.text.contains("    1: masks on 1 frames, to be propagated to the others\n"))
            #expect(text.text.contains("  prompt     295 tokens per track, at most 2 generated\n"))
            let json = try run(arguments + ["--json"])
            let reports = try #require(try JSONSerialization.jsonObject(with: json.output) as? [[String: Any]])
            #expect(reports.map { $0["frames"] as? Int } == [60, 60])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.mp4", "b.mp4", "masks"])
        }
    }
}
