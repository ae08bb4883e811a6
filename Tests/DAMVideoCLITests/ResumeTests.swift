import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, a resumed run loses captions, duplicates them, or gives different ones.
struct ResumeTests {
    private static let clip = Fixtures.sample("courtyard/clip.mp4")
    private static let masks = Fixtures.sample("courtyard/masks")
    /// One clip, sampled so that track 4 fails: every run tries it again, and later tracks follow.
    private static let arguments = [
        "caption", clip, "--masks", masks, "--model", Fixtures.path("goldens/dam-a/model"), "--max-new-tokens", "12",
        "--sampling", "clip", "--frames", "4", "--format", "jsonl", "--format", "json",
    ]
    /// Track 4's mask is missing in a sampled frame.
    private static let someFailed: Int32 = 3

    private func run(
        _ folder: URL, _ more: [String] = ["--resume"], killedAfter trigger: String? = nil, fileLimit: Int? = nil
    ) throws -> CommandRun {
        try CommandRun(
            Self.arguments + ["-o", folder.appending(path: "out.jsonl").path] + more, interruptingAfter: trigger,
            signal: SIGKILL, fileLimit: fileLimit)
    }

    /// A run's output in both formats, without the seconds it took.
    private func outcome(_ folder: URL) throws -> [String] {
        try ["out.jsonl", "out.json"].map { name in
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                .replacing(/"seconds" ?: ?[-+.e0-9]+/) { _ in "\"seconds\":0" }
        }
    }

    private static let whole = Result {
        try withTemporaryDirectory { folder in
            let tests = ResumeTests()
            let run = try tests.run(folder, [])
            #expect(run.status == someFailed, "\(run.errors)")
            return (outcome: try tests.outcome(folder), lines: run.lines)
        }
    }

    /// Killed at each line of progress, then once more in the resumed run.
    @Test func killedAtAnyMoment() throws {
        let (outcome, lines) = try Self.whole.get()
        var killed = 0
        for (index, line) in lines.enumerated() {
            try withTemporaryDirectory { folder in
                let first = try run(folder, [], killedAfter: line)
                let before = try? ResumedRun(path: folder.appending(path: "out.jsonl").path)
                let again = lines[(index + lines.count / 2) % lines.count]
                let second = try run(folder, killedAfter: again)
                killed += [first, second].count { $0.status == -SIGKILL }
                let after = try? ResumedRun(path: folder.appending(path: "out.jsonl").path)
                let kept = Set((after?.tracks ?? []).map(\.id))
                #expect((before?.tracks ?? []).allSatisfy { kept.contains($0.id) }, "continuing lost tracks, after \(line)")
                let last = try run(folder)
                #expect(last.status == Self.someFailed, "\(last.errors)")
                #expect(try self.outcome(folder) == outcome, "after \(line)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["out.json", "out.jsonl"])
            }
        }
        // Each line but the last comes while work remains.
        #expect(lines.count >= 18 && killed >= lines.count / 2, "\(killed) of \(2 * lines.count) were killed")
    }

    /// Killed by the system while writing, at every 512th byte of the files, in a first run and in the resumed one.
    @Test func killedWhileWriting() throws {
        let outcome = try Self.whole.get().outcome
        let blocks = (outcome[1].utf8.count + 511) / 512
        var killed = 0
        for limit in 1..<blocks {
            try withTemporaryDirectory { folder in
                let first = try run(folder, ["--quiet"], fileLimit: limit)
                let second = try run(folder, ["--resume", "--quiet"], fileLimit: (limit + blocks / 2) % blocks + 1)
                killed += [first, second].count { $0.status != Self.someFailed }
                let last = try run(folder)
                #expect(last.status == Self.someFailed, "\(last.errors)")
                #expect(try self.outcome(folder) == outcome, "limit \(limit)")
            }
        }
        #expect(killed >= blocks - 1)
    }

    /// Killed between the last caption and the document, and in the middle of any line.
    @Test func truncatedFilesAreResumed() throws {
        let outcome = try Self.whole.get().outcome
        let lines = Data(outcome[0].utf8), breaks = lines.indices.filter { lines[$0] == UInt8(ascii: "\n") }
        for length in [0, 20, breaks[0] + 1, breaks[2] - 30, breaks[3] + 1, breaks[breaks.count - 2] + 1] {
            try withTemporaryDirectory { folder in
                try lines.prefix(length).write(to: folder.appending(path: "out.jsonl"))
                #expect(try run(folder).status == Self.someFailed)
                #expect(try self.outcome(folder) == outcome, "\(length) bytes")
            }
        }
    }

    @Test func otherRunsAreNotResumed() throws {
        try withTemporaryDirectory { folder in
            try Data(Self.whole.get().outcome[0].utf8).write(to: folder.appending(path: "out.jsonl"))
            for other in [["--seed", "9"], ["--frames", "5"], ["--with-masks"], ["--start", "1"], ["--track", "1"]] {
                let refused = try run(folder, ["--resume"] + other)
                #expect(refused.status == 64 && refused.errors.contains("cannot resume"), "\(other): \(refused.errors)")
                #expect(refused.lines.count == 1, "before the clip is decoded")
            }
            #expect(try run(folder, []).status == 73)
        }
    }

    /// The first of two clips is finished and not read again, although its masks are gone.
    @Test func finishedClipsAreLeftAlone() throws {
        try withTemporaryDirectory { folder in
            for name in ["a", "b"] {
                try FileManager.default.copyItem(atPath: Self.clip, toPath: folder.path + "/\(name).mp4")
                try FileManager.default.copyItem(atPath: Self.masks, toPath: folder.path + "/\(name)")
            }
            func run(_ more: String...) throws -> CommandRun {
                try CommandRun(
                    ["caption", folder.path + "/a.mp4", folder.path + "/b.mp4", "--masks", folder.path, "--model",
                     Fixtures.path("goldens/dam-a/model"), "--max-new-tokens", "2", "--track", "1", "--format", "jsonl",
                     "--format", "json"] + more)
            }
            #expect(try run().status == 0)
            let first = try Data(contentsOf: folder.appending(path: "a.damvideo.json"))
            try FileManager.default.removeItem(atPath: folder.path + "/a")
            try FileManager.default.createDirectory(atPath: folder.path + "/a", withIntermediateDirectories: false)
            try FileManager.default.removeItem(atPath: folder.path + "/b.damvideo.json")
            let resumed = try run("--resume", "--keep-going")
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(resumed.lines.contains("damvideo: \(folder.path)/a.mp4: finished already"))
            #expect(!resumed.errors.contains("encoding"))
            #expect(try Data(contentsOf: folder.appending(path: "a.damvideo.json")) == first)
            #expect(FileManager.default.fileExists(atPath: folder.path + "/b.damvideo.json"))
        }
    }
}
