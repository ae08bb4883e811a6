import DAMVideo
import Foundation
import TestSupport
import Testing

/// Captions of a recording joined from two. If these fail, times go back, or repairs are not reported.
@Suite struct JoinedClipTests {
    private func caption(start: Double = 0) throws -> (document: CaptionDocument, report: PlanReport) {
        try withTemporaryDirectory { folder in
            let part = try Data(contentsOf: URL(filePath: Fixtures.path("video/groups.ts")))
            let clip = folder.appending(path: "joined.ts"), masks = folder.appending(path: "boxes.txt")
            try (part + part).write(to: clip)
            try Data((5..<35).map { "\($0 + 1),1,4,4,20,20,1\n" }.joined().utf8).write(to: masks)
            let captioner = VideoCaptioner(try CaptionModel(directory: Fixtures.model(.damE)))
            var options = CaptionOptions(), clipOptions = ClipOptions()
            options.generation.maxNewTokens = 1
            clipOptions.part.start = start
            clipOptions.propagates = false
            let request = ClipRequest(clip: clip.path, masks: masks.path, options: clipOptions)
            let plan = try captioner.plan(request, options: options)
            return (try captioner.caption(plan).document, captioner.report(plan))
        }
    }

    @Test func timesContinueWithANote() throws {
        let (document, report) = try caption()
        #expect(document.video.frames == 36 && document.video.duration == 3.6 && document.video.fps == 10)
        let track = try #require(document.tracks.first)
        #expect(abs(track.start - 0.5) < 1e-3 && abs(track.end - 3.4) < 1e-3)
        #expect(track.sampled.allSatisfy { abs($0.time - Double($0.frame) / 10) < 1e-3 })
        #expect(document.errors.map(\.code) == ["clip_note"])
        #expect(document.errors[0].message == "its clock starts again or jumps at frame 18: times go on from the frame before")
        // The plan says the same.
        #expect(report.frames == 36 && report.notes == [document.errors[0].message])
        #expect(report.tracks[0].sampled == track.sampled.map(\.frame))
    }

    @Test func partsUseTheRepairedTimes() throws {
        let (document, report) = try caption(start: 2.5)
        #expect(document.tracks.first?.sampled.map(\.frame) == report.tracks.first?.sampled)
        #expect(document.tracks.first?.firstFrame == 25 && document.tracks.first?.lastFrame == 34)
        #expect(document.video.duration == 3.6)
    }
}
