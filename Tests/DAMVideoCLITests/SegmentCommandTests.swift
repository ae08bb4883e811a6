import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, parts differ from the request, or a resumed run loses, duplicates or changes them.
struct SegmentCommandTests {
    private let arguments = [
        "caption", Courtyard.clip, "--model", Fixtures.model(.damA), "--max-new-tokens", "8",
    ]

    /// Boxes of two tracks; track 2 is absent in frame 26, so one of its parts fails when all frames are sampled.
    private func boxes(in folder: URL) throws -> String {
        let lines = (1...60).flatMap { frame in
            [1, 2].filter { $0 == 1 || frame != 27 }.map { "\(frame),\($0),\(100 * $0 + frame),200,40,90,1,-1,-1,-1" }
        }
        let file = folder.appending(path: "boxes.txt")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        return file.path
    }

    @Test func everyFormatHasTheParts() throws {
        try withTemporaryDirectory { folder in
            let run = try CommandRun(arguments + [
                "--masks", Courtyard.masks, "--segment", "2", "--track", "4", "-o", folder.path + "/out.json", "--format", "json",
                "--format", "jsonl", "--format", "vtt", "--format", "csv", "--report", folder.path + "/out.html",
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.lines.contains("damvideo: track 4 (1 of 1), part 3 of 3: encoding 8 frames"))
            #expect(run.lines.count { $0.hasSuffix("of 3: done") } == 3)
            func text(_ type: String) throws -> String { try String(contentsOfFile: folder.path + "/out." + type, encoding: .utf8) }
            let schema = try JSONSchema(
                Data(contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")))
            #expect(try schema.problems(Data(text("json").utf8)) == [])
            let document = try JSONDecoder().decode(CaptionDocument.self, from: Data(text("json").utf8))
            let captions = try #require(document.tracks.first?.segments).map(\.caption)
            #expect(captions.count == 3)
            #expect(try ResumedRun(path: folder.path + "/out.jsonl")?.tracks == document.tracks)
            #expect(try text("vtt").split(separator: "\n").filter { $0.hasPrefix("4/") } == ["4/1", "4/2", "4/3"])
            let rows = try text("csv").split(separator: "\r\n").dropFirst()
            #expect(rows.map { $0.suffix(2) }.map { $0.last } == [",", "1", "2", "3"])
            #expect(try text("html").contains("id=\"track-1-part-3\""))
        }
    }

    /// Resumed after each line of a run's output, it writes the same again; but not with other parts.
    @Test func aRunWithPartsIsResumed() throws {
        try withTemporaryDirectory { folder in
            let masks = try boxes(in: folder), output = folder.path + "/out.jsonl"
            func run(_ more: [String], segment: String = "2") throws -> CommandRun {
                try CommandRun(arguments + [
                    "--masks", masks, "--sampling", "clip", "--frames", "4", "--segment", segment, "--format", "jsonl",
                    "--format", "json", "-o", output, "--quiet",
                ] + more)
            }
            func outcome() throws -> [String] {
                try [output, folder.path + "/out.json"].map {
                    try String(contentsOfFile: $0, encoding: .utf8).replacing(/"seconds" ?: ?[-+.e0-9]+/) { _ in "" }
                }
            }
            let first = try run([])
            #expect(first.status == 3 && first.errors.contains("track 2: part from 2.0 to 3.9 s: frame 26"), "\(first.errors)")
            let whole = try outcome(), bytes = try Data(contentsOf: URL(filePath: output))
            let lines = whole[0].split(separator: "\n")
            #expect(lines.count == 5 && lines[1].contains("\"id\":1") && lines[2].contains("\"error\"") && lines[3].contains("\"id\":2"))
            let breaks = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
            for end in breaks + breaks.dropFirst().map({ $0 - 30 }) {
                try bytes.prefix(through: end).write(to: URL(filePath: output))
                let again = try run(["--resume"])
                #expect(again.status == 3, "\(end): \(again.errors)")
                #expect(try outcome() == whole, "\(end)")
            }
            for other in ["3", "auto"] {
                let refused = try run(["--resume"], segment: other)
                #expect(refused.status == 64 && refused.errors.contains("cannot resume"), "\(refused.errors)")
            }
        }
    }

    @Test(arguments: ["0", "-1", "nan", "often", ""])
    func refusesInvalidLengths(length: String) throws {
        let run = try CommandRun(arguments + ["--masks", Courtyard.masks, "-o", "-", "--segment", length])
        #expect(run.status == 64 && run.errors.contains("--segment") && run.output.isEmpty)
        #expect(run.errors.contains("expected seconds, 0.1 or more, or auto"), "\(run.errors)")
    }

    @Test func plansShowParts() throws {
        let plan = arguments + ["--masks", Courtyard.masks, "--dry-run", "--track", "4"]
        let run = try CommandRun(plan + ["--segment", "2"])
        #expect(run.text.contains("looked at in 0 8 16 24 32 40 48 56, and captioned in 3 parts\n"), "\(run.text)")
        #expect(run.text.contains("  captions   4, parts of tracks included"))
        #expect(try CommandRun(plan + ["--segment", "5"]).text.contains("48 56, captioned as a whole\n"))
        #expect(try !CommandRun(plan).text.contains("part"))
    }
}
