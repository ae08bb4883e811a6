import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, clips without masks get no captions, or given detections are not tracked.
struct FoundObjectsTests {
    private let scene = Fixtures.sample("scenes/clips/600036/clip.mp4")

    private func document(_ arguments: [String]) throws -> (CaptionDocument, CommandRun) {
        let run = try CommandRun(
            ["caption", scene, "--model", Fixtures.model(.damA), "--max-new-tokens", "4", "-o", "-"] + arguments)
        return (try JSONDecoder().decode(CaptionDocument.self, from: run.output), run)
    }

    @Test func aClipWithoutMasksIsCaptioned() throws {
        let (document, run) = try document([])
        #expect(run.status == 0 && run.lines.contains("damvideo: finding what moves"), "\(run.errors)")
        #expect((3...4).contains(document.tracks.count) && document.errors.isEmpty && document.leftOut == nil)
        #expect(document.tracks.allSatisfy { track in track.sampled.allSatisfy { $0.mask == "found" } })
        let schema = try JSONSchema(
            Data(contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")))
        #expect(try schema.problems(run.output) == [])
    }

    /// The clip of `Samples/caption-scene`, as shown in the README: two balls, a cyclist, a bicycle.
    @Test func theSampleClipHasItsFourObjectsWithoutMasks() throws {
        let script = try String(contentsOf: Fixtures.root.appending(path: "Samples/caption-scene"), encoding: .utf8)
        let clip = try #require(script.split(separator: " ").first { $0.hasSuffix("/clip.mp4") })
        let run = try CommandRun([
            "caption", Fixtures.root.appending(path: String(clip)).path, "--model", Fixtures.sample("model"),
            "--temperature", "0", "-o", "-",
        ])
        let captions = try JSONDecoder().decode(CaptionDocument.self, from: run.output).tracks.map(\.caption)
        for words in [["blue", "ball"], ["yellow", "ball"], ["cyclist", "red"], ["bicycle", "grey"]] {
            let found = captions.filter { caption in words.allSatisfy { caption.contains($0) } }
            #expect(found.count == 1, "\(words): \(captions)")
        }
        #expect(captions.count == 4)
    }

    /// Tracks that are not captioned are listed, and a second run gives the same result.
    @Test func theMostImportantTracksAreCaptioned() throws {
        let (all, _) = try document([])
        let (one, run) = try document(["--max-tracks", "1"])
        let chosen = try #require(one.tracks.first)
        #expect(run.status == 0 && one.tracks.count == 1)
        #expect(all.tracks.first { $0.id == chosen.id }?.sampled == chosen.sampled)
        #expect(Set((one.leftOut ?? []).map(\.id)) == Set(all.tracks.map(\.id)).subtracting([chosen.id]))
        #expect((one.leftOut ?? []).allSatisfy { $0.reason.contains("--max-tracks") })
        let schema = try JSONSchema(
            Data(contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")))
        #expect(try schema.problems(run.output) == [])
    }

    @Test func unknownTrackNumbersAreErrors() throws {
        let (document, run) = try document(["--track", "1", "--track", "77"])
        #expect(run.status == 3 && document.tracks.map(\.id) == [.number(1)])
        #expect(document.errors.map(\.track) == [.number(77)] && document.errors[0].code == "not_visible")
    }

    @Test func progressIsJSONForPrograms() throws {
        let (_, run) = try document(["--progress", "json", "--max-tracks", "1"])
        struct Line: Decodable {
            let stage: String
            let done: Int?
        }
        let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("{") }
        let stages = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).stage }
        #expect(stages.first == "finding" && stages.last == "finished")
        #expect(Set(stages).isSuperset(of: ["finding", "following", "decoding", "encoding", "reading", "generating"]))
    }

    /// A box that crosses the courtyard with the man of track 4, with two score levels, and a one-frame detection.
    @Test func detectionsAreTracked() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "det.txt"), fates = folder.path + "/fates.jsonl", tracks = folder.path + "/tracks.txt"
            let boxes = (1...60).map { "\($0),-1,\(100 + 4 * $0),200,40,90,0.\($0 % 2 == 0 ? 9 : 8),-1,-1,-1" }
                + ["30,-1,600,50,30,60,0.9,-1,-1,-1"]
            try Data((boxes.joined(separator: "\n") + "\n").utf8).write(to: file)
            let run = try CommandRun([
                "track", Courtyard.clip, "--detections", file.path, "-o", tracks, "--convert", "motchallenge", "--detections-out", fates,
            ])
            #expect(run.status == 0, "\(run.errors)")
            let rows = try String(contentsOfFile: tracks, encoding: .utf8).split(separator: "\n")
            #expect(Set(rows.map { $0.split(separator: ",")[1] }) == ["1"] && rows.count == 60)
            let told = try String(contentsOfFile: fates, encoding: .utf8)
            #expect(told.split(separator: "\n").count == 61 && told.contains("\"fate\":\"unconfirmed\""))
            let again = try CommandRun(["track", Courtyard.clip, "--detections", file.path, "--detections-out", fates])
            #expect(again.status == 73, "\(again.errors)")
        }
    }

    /// A car that is always detected at the same place is one track, marked as stationary, whatever else moves.
    @Test func aParkedCarIsCaptionedOnceAndEveryDetectionHasAnOutcome() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "det.txt"), fates = folder.path + "/fates.jsonl", page = folder.path + "/page.html"
            let parked = (1...60).filter { $0 % 5 != 0 && !(20...34).contains($0) }.map { "\($0),-1,500,300,120,60,0.9,-1,-1,-1" }
            let walking = (1...60).map { "\($0),-1,\(100 + 4 * $0),200,40,90,0.9,-1,-1,-1" }
            try Data(((parked + walking).joined(separator: "\n") + "\n").utf8).write(to: file)
            let arguments = [
                "caption", Courtyard.clip, "--model", Fixtures.model(.damA), "--max-new-tokens", "2", "--detections", file.path,
                "--detections-out", fates,
            ]
            let run = try CommandRun(arguments + ["-o", "-"])
            let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
            #expect(run.status == 0 && document.tracks.count == 2, "\(run.errors)")
            #expect(Set(document.tracks.map(\.stationary)) == [true, nil])
            #expect(document.tracks.first { $0.stationary == true }.map { $0.firstFrame == 0 && $0.lastFrame == 58 } == true)
            let lines = try String(contentsOfFile: fates, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == parked.count + walking.count)
            #expect(try CommandRun(arguments + ["-o", "-"]).status == 73)
            let one = try CommandRun(arguments.dropLast(2) + ["--max-tracks", "1", "-o", "-", "--report", page])
            #expect(one.status == 0, "\(one.errors)")
            let text = try String(contentsOfFile: page, encoding: .utf8)
            #expect(text.contains("Found, not captioned") && text.contains("--max-tracks"))
        }
    }

    @Test(arguments: [
        (["caption", "CLIP", "--labels", "person"], "go with --detections"),
        (["caption", "CLIP", "--detections", "det.txt", "--masks", "masks"], "--detections"),
        (["track", "CLIP", "--detections-out", "fates.jsonl"], "--detections-out, --labels and --threshold go with"),
        (["caption", "CLIP", "--detections-out", "fates.jsonl"], "--detections-out, --labels and --threshold go with"),
        (["caption", "CLIP", "--max-tracks", "0"], "max-tracks 0"),
        (["caption", "CLIP", "--sam", "sam.pt"], "--sam goes with --masks, --box, --point, --detections or --detector"),
    ])
    func invalidOptionsAreUsageErrors(arguments: [String], says: String) throws {
        let run = try CommandRun(arguments.map { $0 == "CLIP" ? scene : $0 } + ["-o", "-"])
        #expect(run.status == 64 && run.errors.contains(says), "\(run.errors)")
    }
}
