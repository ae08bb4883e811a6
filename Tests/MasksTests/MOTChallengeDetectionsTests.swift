import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, boxes of detectors and ground truth have other positions or identities than in their file.
@Suite struct MOTChallengeDetectionsTests {
    private func read(
        _ text: String, clip: ClipFacts = ClipFacts(), sequence: String? = nil, count: Int? = nil,
        _ change: (inout DetectionSettings) -> Void = { _ in }
    ) throws -> DetectionSet {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "det.txt")
            try Data(text.utf8).write(to: file)
            if let sequence { try Data(sequence.utf8).write(to: folder.appending(path: "seqinfo.ini")) }
            var settings = DetectionSettings()
            change(&settings)
            return try DetectionSources.open(file.path, settings: settings, clip: clip) { count }
        }
    }

    private func error(_ text: String, clip: ClipFacts = ClipFacts(), sequence: String? = nil) -> String? {
        do { _ = try read(text, clip: clip, sequence: sequence) } catch let error as MaskError {
            return error.description.contains("\n") ? nil : error.description
        } catch {}
        return nil
    }

    /// Detections with raw scores, unsorted and partly outside the picture.
    @Test func detections() throws {
        let set = try read("2,-1,-3.5,10.25,20,30.5,138.9,-1,-1,-1\n1,-1,1,1,4,5,-0.48,-1,-1,-1\n1,-1,3,1,4,5,0,-1,-1,-1\n")
        #expect(set.format == .motChallenge && set.notes.isEmpty && set.annotatedFrames == nil && set.ignored.isEmpty)
        #expect(set.detections == [
            Detection(frame: 0, box: Rectangle(left: 0, top: 0, width: 4, height: 5), score: -0.48),
            Detection(frame: 0, box: Rectangle(left: 2, top: 0, width: 4, height: 5), score: 0),
            Detection(frame: 1, box: Rectangle(left: -4.5, top: 9.25, width: 20, height: 30.5), score: 138.9),
        ])
    }

    /// Ground truth: identities, classes, and boxes to ignore.
    @Test func groundTruth() throws {
        let sequence = "[Sequence]\nseqLength=4\nimWidth=40\nimHeight=30\n"
        let set = try read(
            "1,5,1,1,4,5,1,1,0.5\n2,5,2.5,1,4,5,1,1,1\n1,6,9,9,4,5,0,8,1\n", clip: ClipFacts(size: PictureSize(width: 40, height: 30)),
            sequence: sequence)
        #expect(set.detections.map(\.identity) == [.number(5), .number(5)])
        #expect(set.detections.map(\.box.left) == [0, 1.5] && set.detections.map(\.label) == ["pedestrian", "pedestrian"])
        #expect(set.ignored == [
            Detection(frame: 0, box: Rectangle(left: 8, top: 8, width: 4, height: 5), label: "distractor", score: 0, identity: .number(6))
        ])
        #expect(set.notes.count == 1 && set.notes[0].contains("1 of 3 boxes have conf 0"))
        #expect(set.annotatedFrames == [0, 1, 2, 3] && set.pictureSize == PictureSize(width: 40, height: 30))
    }

    /// A tracker's score of 0 among other scores is a score.
    @Test func scoresOfTracks() throws {
        let set = try read("1,5,1,1,4,5,0.9,-1,-1,-1\n2,5,1,1,4,5,0,-1,-1,-1\n")
        #expect(set.detections.map(\.score) == [0.9, 0] && set.ignored.isEmpty && set.notes.isEmpty)
        let without = try read("1,5,1,1,4,5,-1,-1,-1,-1\n2,5,1,1,4,5\n1 6 1 1 4 5\n".replacing("1 6 1 1 4 5\n", with: ""))
        #expect(without.detections.map(\.score) == [nil, nil])
    }

    @Test func framesFromZero() throws {
        let set = try read("0,-1,1,1,4,5,1\n1,-1,1,1,4,5,1\n")
        #expect(set.detections.map(\.frame) == [0, 1] && set.notes.count == 1 && set.notes[0].contains("count from 0"))
        let moved = try read("1,-1,1,1,4,5,1\n2,-1,1,1,4,5,1\n") { ($0.frameOffset, $0.frameStep) = (3, 2) }
        #expect(moved.detections.map(\.frame) == [3, 5])
    }

    @Test func framesBeyondTheClip() throws {
        let clip = ClipFacts(frameCount: 2)
        #expect(try read("1,-1,1,1,4,5,1\n2,-1,1,1,4,5,1\n", clip: clip).detections.map(\.frame) == [0, 1])
        let late = try read("101,-1,1,1,4,5,1\n102,-1,1,1,4,5,1\n", clip: clip)
        #expect(late.detections.map(\.frame) == [0, 1] && late.notes.count == 1 && late.notes[0].contains("--detection-frame-offset 0"))
        #expect(error("1,-1,1,1,4,5,1\n2,-1,1,1,4,5,1\n9,-1,1,1,4,5,1\n", clip: clip)?.contains(
            "found detections for frame 8, expected none after frame 1: the clip has 2 frames") == true)
        // A header's frame count does not decide.
        let claimed = ClipFacts(frameCount: 2, isCountExact: false)
        #expect(try read("1,-1,1,1,4,5,1\n3,-1,1,1,4,5,1\n", clip: claimed, count: 3).detections.map(\.frame) == [0, 2])
    }

    /// Pictures with the same aspect ratio are scaled, others refused.
    @Test func picturesOfAnotherSize() throws {
        let sequence = "imWidth=40\nimHeight=30\n", text = "1,-1,5,3,4,5,1\n"
        let set = try read(text, clip: ClipFacts(size: PictureSize(width: 80, height: 60)), sequence: sequence)
        #expect(set.detections[0].box == Rectangle(left: 8, top: 4, width: 8, height: 10))
        #expect(set.notes.count == 1 && set.notes[0].contains("40x30 for a clip of 80x60"))
        #expect(error(text, clip: ClipFacts(size: PictureSize(width: 80, height: 40)), sequence: sequence)?.contains(
            "found detections on pictures of 40x30, expected 80x40 as the clip") == true)
    }

    @Test func invalidLines() throws {
        #expect(error("")?.contains("found an empty file, expected detections as motchallenge") == true)
        #expect(error("1,-1,1,1,4,5,1\n1,-1,1,1,nan,5,1\n")?.contains("line 2: found \"nan\", expected a number") == true)
        #expect(error("1,-1,1,1,-4,5,1\n")?.contains("line 1: found a box of -4.0x5.0") == true)
        #expect(error("1.5,-1,1,1,4,5,1\n")?.contains("expected whole numbers") == true)
        #expect(error("-1,-1,1,1,4,5,1\n")?.contains("found frame -1, expected 1 to 2147483647") == true)
        #expect(error("1,-1,0.1,0.1,0.4,0.5,1\n")?.contains("boxes in parts of the picture") == true)
        #expect(error("1,-1,1,1,1e300,5,1\n")?.contains("line 1: found \"1e300\"") == true)
        let kept = try read("1,-1,1,1,4,5,1\n1,-1,1,1,x,5,1\n") { $0.keepsGoing = true }
        #expect(kept.detections.count == 1 && kept.notes.count == 1)
        #expect(try read("") { $0.format = .motChallenge }.detections.isEmpty)
    }
}
