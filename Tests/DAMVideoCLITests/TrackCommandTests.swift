import Foundation
import MaskTracking
import TestSupport
import Testing

/// If these fail, `damvideo track` writes or scores something else than it found, or hides what is wrong.
@Suite struct TrackCommandTests {
    private let clip = Fixtures.path("cut/clip.mp4"), masks = Fixtures.path("cut/masks")

    @Test func masksOfOneFrameBecomeMasksOfAll() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let arguments = ["track", clip, "--masks", masks, "--from-frame", "0", "--evaluate", masks, "-o", output, "--json"]
            let run = try CommandRun(arguments)
            #expect(run.status == 0, "\(run.errors)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let frames = try #require(report["frames"] as? Int)
            #expect(report["compared_frames"] as? Int == frames - 1)
            #expect((report["j"] as? Double).map { (0...1).contains($0) } == true)
            let written = try LabelFolderReader(path: output), given = try LabelFolderReader(path: masks)
            #expect(written.annotatedFrames == Array(0..<frames))
            for track in given.tracks where track.firstFrame == 0 {
                #expect(try written.mask(of: track.id, at: 0) == given.mask(of: track.id, at: 0))
            }
            let again = try CommandRun(arguments)
            #expect(again.status == 73 && again.errors.contains("--overwrite"))
        }
    }

    @Test func regionsStartTracks() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let run = try CommandRun([
                "track", clip, "--box", "10,10,20,30", "--at", "2", "--polygon", "40,5,60,5,50,25", "--at", "0", "-o", output,
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.text.contains("track 1") && run.text.contains("track 2") && run.text.contains("frames/s"))
            let box = try LabelFolderReader(path: output).track(.number(1)).appearance(at: 2)?.box
            #expect(box.map { [$0.left, $0.top, $0.width, $0.height] } == [10, 10, 20, 30])
        }
    }

    @Test(arguments: [
        (["--box", "1,2,3,4"], 64), (["--box", "1,2,3", "--at", "0"], 64), (["--box", "1,2,3,x", "--at", "0"], 64),
        (["--polygon", "1,2,3,4", "--at", "0"], 64), ([], 64), (["--masks", "/nonexistent"], 66),
        (["--box", "9999,0,5,5", "--at", "0"], 65), (["--box", "0,0,5,5", "--at", "99999"], 65),
    ])
    func whatIsWrongHasItsExitCode(arguments: [String], code: Int) throws {
        try withTemporaryDirectory { folder in
            let run = try CommandRun(["track", clip] + arguments + ["-o", folder.appending(path: "masks").path])
            #expect(Int(run.status) == code, "\(run.errors)")
            #expect(!run.errors.isEmpty && run.text.isEmpty)
        }
    }
}
