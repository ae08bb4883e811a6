import Foundation
import Imaging
import Masks
import ObjectTracking
import TestSupport
import Testing

/// If these fail, the boxes of people half behind something are those of the half, or grow where nothing hides them.
@Suite struct FullBoxesTests {
    private static let size = PictureSize(width: 400, height: 300)

    /// Somebody who walks towards a camera that looks down: 1.5 % higher with each of three rows.
    private static func walker(_ frame: Int) -> BoundingBox {
        let feet = 100 + 3 * frame, height = Int((40 * pow(1.005, Double(feet - 100))).rounded())
        return BoundingBox(left: 100, top: feet - height, width: 16, height: height)
    }

    private static func pow(_ base: Double, _ exponent: Double) -> Double {
        (0..<Int(exponent)).reduce(1) { power, _ in power * base }
    }

    private static func walk(_ change: (Int, inout BoundingBox) -> Void = { _, _ in }) -> [Int: BoundingBox] {
        Dictionary(uniqueKeysWithValues: (0..<60).map { frame in
            var box = walker(frame)
            change(frame, &box)
            return (frame, box)
        })
    }

    private func expect(_ box: BoundingBox?, near frame: Int) {
        let whole = Self.walker(frame)
        guard let box else {
            Issue.record("no box at frame \(frame)")
            return
        }
        #expect(abs(box.top - whole.top) <= 2 && abs(box.bottom - whole.bottom) <= 2 && box.left == 100 && box.width == 16)
    }

    @Test func hiddenFeetAreWhereTheHeightSays() {
        let boxes = Self.walk { frame, box in
            if (20..<30).contains(frame) { box = BoundingBox(left: box.left, top: box.top, width: box.width, height: box.height / 2) }
        }
        let full = FullBoxes([boxes], size: Self.size, rate: 10).boxes[0]
        #expect(full.keys.sorted() == Array(20..<30))
        for frame in 20..<30 { expect(full[frame], near: frame) }
    }

    @Test func aHiddenHeadIsWhereTheHeightSays() {
        let boxes = Self.walk { frame, box in
            guard (20..<30).contains(frame) else { return }
            box = BoundingBox(left: box.left, top: box.bottom - box.height / 2, width: box.width, height: box.height / 2)
        }
        let full = FullBoxes([boxes], size: Self.size, rate: 10).boxes[0]
        #expect(full.keys.sorted() == Array(20..<30))
        for frame in 20..<30 { expect(full[frame], near: frame) }
    }

    @Test func wholeObjectsKeepTheirBoxes() {
        #expect(FullBoxes([Self.walk()], size: Self.size, rate: 10).boxes == [[:]])
    }

    /// A head tells no foot if heights grow with each row by more than the row: there is no box for it.
    @Test func heightsThatGrowTooFastTellNoFoot() {
        let growing = Dictionary(uniqueKeysWithValues: (0..<60).map { frame in
            let height = Int((12 * Self.pow(1.04, Double(frame))).rounded())
            return (frame, BoundingBox(left: 300, top: 180 + frame - height, width: 16, height: height))
        })
        let hidden = Dictionary(uniqueKeysWithValues: (0..<60).map { frame in
            let rows = frame < 40 ? 140..<200 : frame < 50 ? 157..<175 : 131..<211
            return (frame, BoundingBox(left: 100, top: rows.lowerBound, width: 16, height: rows.count))
        })
        #expect(FullBoxes([growing, hidden], size: Self.size, rate: 10).boxes[1][45] == nil)
    }

    /// It is not known to become whole again.
    @Test func whatStaysLowHasBecomeLower() {
        let boxes = Self.walk { frame, box in
            if frame >= 45 { box = BoundingBox(left: box.left, top: box.bottom - box.height / 2, width: box.width, height: box.height / 2) }
        }
        #expect(FullBoxes([boxes], size: Self.size, rate: 10).boxes == [[:]])
    }

    /// Ten frames are more than five seconds.
    @Test func whatIsLowForLongHasBecomeLower() {
        let boxes = Self.walk { frame, box in
            guard (20..<30).contains(frame) else { return }
            box = BoundingBox(left: box.left, top: box.top, width: box.width, height: box.height / 2)
        }
        #expect(FullBoxes([boxes], size: Self.size, rate: 0.5).boxes == [[:]])
    }
}

/// If these fail, boxes are written, or scored, around what is seen alone.
@Suite struct FullBoxOutputTests {
    /// An object whose lower half is hidden on frame 1.
    private struct HalfHidden: MaskSource {
        let masks = DrawnMasks(
            size: PictureSize(width: 64, height: 48),
            [3: [
                0: Mask(BoundingBox(left: 10, top: 10, width: 8, height: 20), in: PictureSize(width: 64, height: 48)),
                1: Mask(BoundingBox(left: 12, top: 10, width: 8, height: 10), in: PictureSize(width: 64, height: 48)),
            ]])
        var path: String { masks.path }
        var size: PictureSize { masks.size }
        var annotatedFrames: [Int] { masks.annotatedFrames }
        var tracks: [Track] { masks.tracks }

        func file(of frame: Int) -> String { masks.file(of: frame) }
        func mask(of track: TrackID, at frame: Int) throws -> Mask { try masks.mask(of: track, at: frame) }
        func fullBox(of track: TrackID, at frame: Int) -> BoundingBox? {
            frame == 1 ? BoundingBox(left: 12, top: 10, width: 8, height: 20) : nil
        }
    }

    @Test func motChallengeTextHasTheWholeObject() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "tracks.txt").path
            try MaskWriter.write(HalfHidden(), as: .motChallenge, to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "1,3,11,11,8,20,1,-1,-1,-1\n2,3,13,11,8,20,1,-1,-1,-1\n")
        }
    }

    @Test func boxesAreScoredWhole() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "gt.txt").path
            try "1,1,11,11,8,20,1,-1,-1,-1\n2,1,13,11,8,20,1,-1,-1,-1\n".write(toFile: path, atomically: true, encoding: .utf8)
            let clip = ClipFacts(name: "clip", size: PictureSize(width: 64, height: 48), frameCount: 2)
            let boxes = try DetectionSources.open(path, settings: DetectionSettings(), clip: clip) { 2 }
            let reference = try MaskSources.open(path, clip: clip)
            let scores = try TrackingScores(found: HalfHidden(), reference: reference, boxes: boxes, frames: [0, 1])
            #expect(scores.locA > 0.999 && scores.mota == 1, "\(scores)")
        }
    }
}
