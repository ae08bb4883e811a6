import Foundation
import TestSupport
import Testing

/// If these fail, users cannot see how their masks are read, or conversions lose masks.
struct MasksCommandTests {
    private func fixture(_ name: String) -> String { Fixtures.path("masks/formats/\(name)") }

    @Test func reportShowsHowMasksAreRead() throws {
        let run = try CommandRun(["masks", fixture("youtube-vis.json")])
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(run.text == """
            \(fixture("youtube-vis.json"))
              format    youtube-vis
              size      24x16
              frames    4 annotated: 0, 1, 2, 4
              tracks    3
                1 (person): 4 of frames 0-4, 49 to 49 pixels, box [1, 4, 9, 9] ... [13, 4, 9, 9]
                2 (skateboard): 2 of frames 1-2, 54 to 54 pixels, box [9, 2, 6, 9] ... [9, 3, 6, 9]
                3 (skateboard): 1 of frames 4-4, 1 to 1 pixels, box [23, 15, 1, 1]

            """)
        let note = try CommandRun(["masks", fixture("rgb-palette")])
        #expect(note.status == 0 && note.text.contains("  note: \(fixture("rgb-palette")): found RGB colours instead of palette indices"))
    }

    @Test func masksAreComparedWithTheClip() throws {
        let clip = Courtyard.clip
        let good = try CommandRun(["masks", Courtyard.masks, "--clip", clip, "--json"])
        #expect(good.status == 0)
        let report = try #require(try JSONSerialization.jsonObject(with: good.output) as? [String: Any])
        #expect((report["tracks"] as? [[String: Any]])?.count == 5)
        #expect((report["clip"] as? [String: Any])?["frames"] as? Int == 60)
        let bad = try CommandRun(["masks", fixture("label-png"), "--clip", clip])
        #expect(bad.status == 65 && bad.text.contains("error: \(fixture("label-png")): found masks of 24x16, expected 768x576 as the clip"))
        let late = try CommandRun([
            "masks", Courtyard.masks, "--clip", clip, "--mask-frame-offset", "1",
        ])
        #expect(late.status == 65 && late.text.contains("found a mask for frame 60, expected none after frame 59"))
    }

    @Test func masksAreConverted() throws {
        try withTemporaryDirectory { folder in
            let json = folder.appending(path: "a.json").path, pngs = folder.appending(path: "b").path
            let first = try CommandRun(["masks", fixture("per-object-png"), "--convert", "youtube-vis", "-o", json])
            #expect(first.status == 0 && first.errors == "damvideo: \(json): youtube-vis, 4 frames\n")
            let again = try CommandRun(["masks", fixture("per-object-png"), "--convert", "youtube-vis", "-o", json])
            #expect(again.status == 73 && again.errors.contains("exists already (--overwrite replaces it)"))
            #expect(try CommandRun(["masks", json, "--convert", "per-object-png", "-o", pngs]).status == 0)
            #expect(try CommandRun(["masks", json, "--convert", "per-object-png", "-o", pngs, "--overwrite"]).status == 0)
            let (left, right) = (try CommandRun(["masks", fixture("per-object-png")]), try CommandRun(["masks", pngs]))
            #expect(left.text.split(separator: "\n").dropFirst() == right.text.split(separator: "\n").dropFirst())
            let lost = try CommandRun(["masks", json, "--convert", "label-png", "-o", folder.appending(path: "c").path])
            #expect(lost.status == 65 && lost.errors.contains("tracks 1 and 2 over each other in frame 1"))
        }
    }

    @Test func refusesInvalidArguments() throws {
        #expect(try CommandRun(["masks", "/nowhere"]).status == 66)
        #expect(try CommandRun(["masks", fixture("mots.txt"), "--convert", "mots", "-o", "x"]).status == 64)
        #expect(try CommandRun(["masks", fixture("mots.txt"), "--convert", "label-png"]).status == 64)
        #expect(try CommandRun(["masks", fixture("mots.txt"), "--mask-frame-step", "0"]).status == 64)
        #expect(try CommandRun(["masks", fixture("mots.txt"), "--masks-format", "gif"]).status == 64)
        #expect(try CommandRun(["masks", fixture("mots.txt"), "--masks-format", "sa-v"]).status == 65)
    }
}
