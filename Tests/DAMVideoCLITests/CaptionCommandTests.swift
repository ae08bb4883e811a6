import DAMVideo
import Foundation
import TestSupport
import Testing

struct CaptionCommandTests {
    private let clip = Fixtures.sample("courtyard/clip.mp4")
    private let masks = Fixtures.sample("courtyard/masks")
    private let model = Fixtures.path("goldens/dam-a/model")

    private func decode(_ data: Data) throws -> CaptionDocument { try JSONDecoder().decode(CaptionDocument.self, from: data) }

    @Test func writesTheDocumentToStdoutAndReportsEachStep() throws {
        let run = try CommandRun(
            ["caption", clip, "--masks", masks, "-o", "-", "--max-new-tokens", "4", "--track", "2", "--track", "5"],
            environment: ["DAMVIDEO_MODEL": model])
        #expect(run.status == 0)
        #expect(try decode(run.output).tracks.map(\.id.description) == ["2", "5"])
        #expect(run.lines.first == "damvideo: decoding")
        #expect(run.lines.contains("damvideo: track 5 (2 of 2): encoding 8 frames"))
        #expect(!run.errors.contains("\u{1b}"))
    }

    @Test func writesNextToTheClipAndDoesNotOverwriteByDefault() throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "walk.mp4")
            try FileManager.default.copyItem(atPath: clip, toPath: copy.path)
            let arguments = [
                "caption", copy.path, "--masks", masks, "--model", model, "--max-new-tokens", "2", "--quiet", "--track", "1",
            ]
            let first = try CommandRun(arguments)
            #expect(first.status == 0 && first.errors.isEmpty && first.output.isEmpty)
            let document = folder.appending(path: "walk.damvideo.json")
            #expect(try decode(Data(contentsOf: document)).tracks.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)

            let second = try CommandRun(arguments)
            #expect(second.status == 73 && second.lines.count == 1 && second.errors.contains(document.path))
            #expect(try CommandRun(arguments + ["--overwrite"]).status == 0)
        }
    }

    /// Track 4 fails while earlier tracks are still being captioned: lines come in any order, the finished file has them sorted,
    /// and stdout has each line once.
    @Test func batchedOutputEqualsSequentialOutput() throws {
        try withTemporaryDirectory { folder in
            func lines(_ batch: String, _ output: String) throws -> [String] {
                let run = try CommandRun(
                    ["caption", clip, "--masks", masks, "--model", model, "--max-new-tokens", "9", "--sampling", "clip",
                     "--format", "jsonl", "--batch", batch, "-o", output])
                #expect(run.status == 3)
                let data = try output == "-" ? run.output : Data(contentsOf: URL(filePath: output))
                return String(decoding: data, as: UTF8.self).split(separator: "\n")
                    .map { String($0).replacing(/"seconds":[-+.e0-9]+/) { _ in "" } }
            }
            let one = try lines("1", folder.path + "/one.jsonl"), five = try lines("5", folder.path + "/five.jsonl")
            #expect(one.count == 7 && five == one)
            let streamed = try lines("5", "-")
            #expect(streamed != one && streamed.sorted() == one.sorted() && streamed.last == one.last)
        }
    }

    @Test func failedTracksGiveExitCodeThree() throws {
        let run = try CommandRun(
            ["caption", clip, "--masks", masks, "--model", model, "-o", "-", "--max-new-tokens", "2", "--sampling", "clip"])
        #expect(run.status == 3)
        #expect(run.lines.last == "damvideo: track 4: frame 59: the mask has no pixel set")
        #expect(try decode(run.output).tracks.count == 4)
    }

    /// Ctrl-C after the first track: it is written, and the others are abandoned.
    @Test func interruptedRunsWriteFinishedTracks() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "out.json")
            // Many beams make the other four tracks far slower than the signal.
            let run = try CommandRun(
                ["caption", clip, "--masks", masks, "--model", model, "-o", output.path, "--num-beams", "48",
                 "--max-new-tokens", "600", "--temperature", "0"],
                interruptingAfter: "track 2 (2 of 5): encoding")
            #expect(run.status == 130)
            let document = try decode(Data(contentsOf: output))
            #expect(document.tracks.count >= 1 && document.tracks.count < 5)
            #expect(document.tracks.first?.id == .number(1))
            #expect(document.errors.map(\.code) == ["interrupted"])
        }
    }
}
