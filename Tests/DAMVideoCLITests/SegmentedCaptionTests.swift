import DAMVideo
import Foundation
import Masks
import TestSupport
import Testing

/// With SAM 2 a click or a box is all that a user has to give.
struct SegmentedCaptionTests {
    private let clip = Fixtures.path("cut/clip.mp4")
    private let sam = Fixtures.path("sam/video-b")

    private func caption(_ arguments: [String]) throws -> CommandRun {
        try CommandRun([
            "caption", clip, "--model", Fixtures.model(.damA), "--max-new-tokens", "2", "-o", "-", "--quiet",
        ] + arguments)
    }

    private let prompts = [
        "--box", "10,10,20,30", "--at", "2", "--object", "7", "--point", "40,20", "--at", "0", "--object", "3",
    ]

    @Test func pointsAndBoxesReplaceMasks() throws {
        let run = try caption(["--sam", sam, "--with-masks"] + prompts)
        #expect(run.status == 0, "\(run.errors)")
        let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
        #expect(document.tracks.map(\.id) == [.number(3), .number(7)])
        for track in document.tracks {
            #expect(!track.sampled.isEmpty && track.sampled.allSatisfy { $0.mask == "propagated" && $0.area > 0 })
        }
    }

    /// Given masks are kept, and SAM 2 (here with random weights), not optical flow, propagates them.
    @Test func samPropagatesMasksOfOneFrame() throws {
        try withTemporaryDirectory { folder in
            try FileManager.default.copyItem(
                atPath: Courtyard.mask(frame: 0), toPath: folder.appending(path: "00000.png").path)
            func sampled(_ more: [String]) throws -> [TrackID: [CaptionDocument.Sample]] {
                let run = try CommandRun([
                    "caption", Courtyard.clip, "--masks", folder.path, "--model",
                    Fixtures.model(.damA), "--max-new-tokens", "1", "-o", "-", "--quiet",
                ] + more)
                #expect(run.status == 0, "\(run.errors)")
                let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
                return Dictionary(uniqueKeysWithValues: document.tracks.map { ($0.id, $0.sampled) })
            }
            let segmented = try sampled(["--sam", Fixtures.path("sam/video-a")]), carried = try sampled([])
            #expect(segmented.count == 5 && segmented.keys == carried.keys)
            #expect(segmented.values.joined().allSatisfy { ($0.mask == "given") == ($0.frame == 0) })
            #expect(segmented.values.joined().contains { $0.mask == "propagated" })
            #expect(segmented != carried)
        }
    }

    @Test(arguments: [
        (["--point", "40,20", "--at", "0"], 64, "--sam"),
        (["--sam", "SAM", "--point", "40,20"], 64, "--at"),
        (["--sam", "SAM", "--point", "40,20", "--at", "0", "--masks", "/nowhere"], 64, "found points or boxes with --masks"),
        (["--sam", "SAM", "--point", "40,20", "--at", "99"], 65, "found a prompt on frame 99, expected one from 0 to 7"),
        (["--sam", "SAM", "--point", "640,20", "--at", "0"], 65, "found point 640,20"),
        (["--sam", "/nowhere", "--point", "40,20", "--at", "0"], 69, "/nowhere"),
    ])
    func invalidPromptsHaveTheirExitCode(arguments: [String], code: Int, says: String) throws {
        let run = try caption(arguments.map { $0 == "SAM" ? sam : $0 })
        #expect(Int(run.status) == code && run.errors.contains(says), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
