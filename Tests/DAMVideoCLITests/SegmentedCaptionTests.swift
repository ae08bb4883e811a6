import DAMVideo
import Foundation
import TestSupport
import Testing

/// With SAM 2 a click or a box is all a user has to give.
struct SegmentedCaptionTests {
    private let clip = Fixtures.path("cut/clip.mp4")
    private let sam = Fixtures.path("sam/video-b")

    private func caption(_ arguments: [String]) throws -> CommandRun {
        try CommandRun([
            "caption", clip, "--model", Fixtures.path("goldens/dam-a/model"), "--max-new-tokens", "2", "-o", "-", "--quiet",
        ] + arguments)
    }

    private let prompts = [
        "--box", "10,10,20,30", "--at", "2", "--object", "7", "--point", "40,20", "--at", "0", "--object", "3",
    ]

    @Test func pointsAndBoxesStandForMasks() throws {
        let run = try caption(["--sam", sam, "--with-masks"] + prompts)
        #expect(run.status == 0, "\(run.errors)")
        let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
        #expect(document.tracks.map(\.id) == [.number(3), .number(7)])
        for track in document.tracks {
            #expect(!track.sampled.isEmpty && track.sampled.allSatisfy { $0.mask == "propagated" && $0.area > 0 })
        }
    }

    @Test func masksOnOneFrameAreCarriedBySAM() throws {
        try withTemporaryDirectory { folder in
            let masks = folder.appending(path: "masks").path
            let made = try CommandRun(["track", clip, "--sam", sam] + prompts + ["-o", masks])
            #expect(made.status == 0, "\(made.errors)")
            for frame in 1..<8 {
                try FileManager.default.removeItem(atPath: masks + String(format: "/%05d.png", frame))
            }
            // A clip of eight frames is sampled from what there is, unless it is all of it that is to be looked at.
            let run = try caption(["--masks", masks, "--sampling", "clip", "--sam", sam])
            let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
            #expect(!document.tracks.isEmpty || !document.errors.isEmpty)
            let sampled = document.tracks.flatMap(\.sampled)
            #expect(sampled.allSatisfy { ($0.mask == "given") == ($0.frame == 0) })
        }
    }

    @Test(arguments: [
        (["--point", "40,20", "--at", "0"], 64, "--sam"),
        (["--sam", "SAM", "--point", "40,20"], 64, "--at"),
        (["--sam", "SAM", "--point", "40,20", "--at", "0", "--masks", "/nowhere"], 64, "besides --masks"),
        (["--sam", "SAM", "--point", "40,20", "--at", "99"], 65, "found a prompt on frame 99, expected one from 0 to 7"),
        (["--sam", "SAM", "--point", "640,20", "--at", "0"], 65, "found point 640,20"),
        (["--sam", "/nowhere", "--point", "40,20", "--at", "0"], 69, "/nowhere"),
        ([], 64, "expected --masks"),
    ])
    func promptsThatAreWrongHaveTheirExitCode(arguments: [String], code: Int, says: String) throws {
        let run = try caption(arguments.map { $0 == "SAM" ? sam : $0 })
        #expect(Int(run.status) == code && run.errors.contains(says), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
