import Foundation
import Imaging
import Masks
import ObjectTracking
import TestSupport
import Testing

/// If these fail, frames are scored that the reference does not speak of, or some are not that it does.
@Suite struct ComparedFramesTests {
    /// MOTChallenge text with a box on each of some frames, from 0.
    private func boxes(_ frames: [Int], left: Int = 4, _ body: (any MaskSource) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "gt.txt")
            try Data(frames.map { "\($0 + 1),1,\(left + 1),3,10,8,1,-1,-1,-1\n" }.joined().utf8).write(to: file)
            try body(MaskSources.open(file.path, clip: ClipFacts(size: PictureSize(width: 40, height: 30))))
        }
    }

    @Test func textWithoutStepsSaysThatFramesAreEmpty() throws {
        try boxes([2, 3, 4, 5, 9, 10]) { reference in
            let compared = ComparedFrames(of: reference, in: Array(0..<12))
            #expect(compared.frames == Array(0..<12))
            #expect(compared.note == "\(reference.path): 6 of 12 frames without a line: taken for frames without an object")
        }
    }

    @Test(arguments: [[0, 5, 10], [0, 5, 6, 11], [7]])
    func textWithStepsSaysNothingOfOthers(frames: [Int]) throws {
        try boxes(frames) { reference in
            let compared = ComparedFrames(of: reference, in: Array(0..<12))
            #expect(compared.frames == frames)
            #expect(compared.note?.contains("frames without a line: taken for frames that were not annotated") == true)
        }
    }

    @Test func framesBeyondTheTrackedPartDoNotCount() throws {
        try boxes(Array(0..<8)) { reference in
            #expect(ComparedFrames(of: reference, in: Array(3..<6)) == ComparedFrames(of: reference, in: [3, 4, 5]))
            #expect(ComparedFrames(of: reference, in: Array(3..<6)).frames == [3, 4, 5])
            #expect(ComparedFrames(of: reference, in: Array(3..<6)).note == nil)
        }
        let masks = try DrawnRegions(
            [.init(.box(BoundingBox(left: 0, top: 0, width: 3, height: 3)), frame: 1)], path: "masks",
            size: PictureSize(width: 40, height: 30))
        let compared = ComparedFrames(of: masks, in: [0, 1, 2])
        #expect(compared.frames == [1] && compared.note == nil)
    }

    /// A triangle is half of its box: as a box it is the reference's, as a mask it is not.
    @Test func boxesAreComparedWithBoxes() throws {
        let corners = [(4.0, 2.0), (14, 2), (4, 10)].map { Region.Point(x: $0.0, y: $0.1) }
        let size = PictureSize(width: 40, height: 30)
        let found = try DrawnRegions([.init(.polygon(corners), frame: 0)], path: "found", size: size)
        let box = try #require(found.tracks[0].appearances.first?.box)
        let drawn = try DrawnRegions([.init(.box(box), frame: 0)], path: "drawn", size: size)
        let masks = try TrackingScores(found: found, reference: drawn, boxes: nil, frames: [0])
        #expect(masks.truthDetections == 1 && masks.motp < 0.7 && masks.hota < 0.7)
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "gt.txt").path
            try MaskWriter.write(drawn, as: .motChallenge, to: file)
            let text = try MaskSources.open(file, clip: ClipFacts(size: size))
            let exact = try DetectionSources.open(text.path)
            let boxes = try TrackingScores(found: found, reference: text, boxes: exact, frames: [0])
            #expect(abs(boxes.hota - 1) < 1e-12 && boxes.mota == 1)
            #expect(try TrackingScores(found: found, reference: text, boxes: exact, frames: [1]).truthDetections == 0)
        }
        let other = try DrawnRegions([.init(.box(box), frame: 0)], path: "other", size: PictureSize(width: 41, height: 30))
        #expect(throws: MaskError.self) { try TrackingScores(found: found, reference: other, boxes: nil, frames: [0]) }
    }
}
