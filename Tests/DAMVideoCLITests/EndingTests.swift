import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, hours of finished captions are lost when a run ends early.
struct EndingTests {
    /// Captions tracks one after another, slowly enough to be interrupted.
    private static func arguments(_ output: String, model: String = Fixtures.model(.damA)) -> [String] {
        [
            "caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", model, "--no-propagate", "--batch", "1",
            "--max-new-tokens", "300", "-o", output,
        ]
    }

    private func finished(_ path: String) throws -> [CaptionDocument.Track] {
        try JSONDecoder().decode(CaptionDocument.self, from: Data(contentsOf: URL(filePath: path))).tracks
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func signalsKeepFinishedTracks(_ signal: Int32) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path
            let run = try CommandRun(Self.arguments(path), interruptingAfter: "tokens in", signal: signal)
            #expect(run.status == 130, "\(run.errors)")
            #expect(try !finished(path).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.json"])
        }
    }

    /// Works with one core, and with many, where the system picks the thread that gets the signal.
    @Test func survivesATruncatedModel() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path, model = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Fixtures.model(.damA), toPath: model.path)
            let run = try CommandRun(
                Self.arguments(path, model: model.path), interruptingAfter: "tokens in",
                action: { truncate(model.appending(path: "llm/model.safetensors").path, 4096) })
            #expect(run.status == 69 && run.errors.contains("model.safetensors"), "\(run.status) \(run.errors)")
            #expect(try !finished(path).isEmpty)
        }
    }

    /// The file is overwritten in place with other numbers of the same size; captions of such a model are not kept.
    @Test func refusesAnOverwrittenModel() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path, model = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Fixtures.model(.damA), toPath: model.path)
            let file = model.appending(path: "llm/model.safetensors")
            let run = try CommandRun(
                Self.arguments(path, model: model.path), interruptingAfter: "tokens in",
                action: {
                    let handle = try FileHandle(forUpdating: file)
                    try handle.seekToEnd()
                    try handle.seek(toOffset: handle.offset() - 4)
                    try handle.write(contentsOf: Data([0, 0, 0, 0]))
                    try handle.close()
                })
            #expect(run.status == 69 && run.errors.contains("modified while in use"), "\(run.status) \(run.errors)")
            #expect(try !finished(path).isEmpty)
        }
    }

    @Test func progressNeedsNoReader() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path
            let run = try CommandRun(
                Self.arguments(path) + ["--max-new-tokens", "2", "--track", "1"], errorsAreRead: false)
            #expect(run.status == 0)
            #expect(try finished(path).count == 1)
        }
    }

    /// Newly opened files get the descriptors of closed streams, and must not be mistaken for them.
    @Test func closedStreamsAreNotReused() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.json").path
            let quick = [
                "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--no-propagate", "--track", "1", "--max-new-tokens", "1",
            ]
            func run(_ closing: String, _ arguments: [String]) throws -> CommandRun {
                try CommandRun(
                    ["-c", "exec \"$@\" \(closing)", "sh", CommandRun.executable.path, "caption"] + arguments + quick,
                    executable: URL(filePath: "/bin/sh"))
            }
            let clip = try run("<&-", ["-", "-o", path])
            #expect([65, 66, 74].contains(clip.status) && clip.lines.count == 1, "\(clip.status) \(clip.errors)")
            #expect(try run("2>&-", [Courtyard.clip, "-o", path]).status == 0)
            #expect(try finished(path).count == 1)
            let output = try run(">&-", [Courtyard.clip, "-o", "-"])
            #expect(output.status == 74 && output.lines.count == 1, "\(output.errors)")
        }
    }

    /// The document waits for a pipe's reader that never comes.
    @Test func aPipeWithoutReaderCanBeInterrupted() throws {
        try withTemporaryDirectory { folder in
            let pipe = folder.appending(path: "pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            let run = try CommandRun(
                Self.arguments(pipe) + ["--max-new-tokens", "2", "--track", "1"], interruptingAfter: "tokens in")
            #expect(run.status == 130, "\(run.errors)")
        }
    }

    /// After an error, finished tracks are written anyway.
    @Test func anErrorKeepsFinishedTracks() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            // The lines fit twice; then the file cannot grow any more.
            let run = try CommandRun(
                Self.arguments(path) + ["--max-new-tokens", "2", "--format", "jsonl", "--format", "csv"], fileLimit: 6,
                isFileLimitFatal: false)
            #expect(run.status == 74, "\(run.errors)")
            let table = try String(contentsOf: folder.appending(path: "out.csv"), encoding: .utf8)
            #expect(table.split(separator: "\r\n").count > 1)
        }
    }

    @Test func trackOutputIsAtomic() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "out").path
            let run = try CommandRun(["track", Courtyard.clip, "--box", "1,1,40,40", "--at", "0", "-o", output, "--quiet"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
        }
    }
}
