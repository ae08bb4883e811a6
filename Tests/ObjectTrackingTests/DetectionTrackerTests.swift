import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, detections of a clip are followed worse than its pictures allow, or their masks do not show the object.
@Suite struct DetectionTrackerTests {
    /// MOTChallenge text of the boxes a scene's exact masks have.
    private func boxes(_ scene: SyntheticScene, where isDetected: (Int) -> Bool = { _ in true }) -> String {
        (0..<scene.frames).filter(isDetected).compactMap { frame in
            scene.mask(at: frame).boundingBox.map { "\(frame + 1),-1,\($0.left),\($0.top),\($0.width),\($0.height),0.9,-1,-1,-1\n" }
        }.joined()
    }

    private func track(_ scene: SyntheticScene, _ text: String, knowsScene: Bool = true) throws -> DetectionTracker.Found {
        try scene.withClip { path in
            try withTemporaryDirectory { folder in
                let file = folder.appending(path: "det.txt")
                try Data(text.utf8).write(to: file)
                let clip = try VideoClip(path: path)
                let detections = try DetectionSources.open(file.path)
                return try DetectionTracker(
                    clip: clip, ahead: knowsScene ? VideoClip(path: path) : nil, span: nil, detections: detections
                ).track { _ in }
            }
        }
    }

    private func overlap(_ one: Mask, _ other: Mask) -> Double {
        let pairs = zip(one.pixels, other.pixels)
        return Double(pairs.count { $0 == 1 && $1 == 1 }) / Double(max(1, pairs.count { $0 == 1 || $1 == 1 }))
    }

    @Test func masksAreTheForegroundInsideTheBox() throws {
        var scene = SyntheticScene { SyntheticScene.Pose(x: 40 + 6 * Double($0), y: 90) }
        scene.frames = 30
        let found = try track(scene, boxes(scene) { !(12...15).contains($0) })
        #expect(found.tracks.map(\.id) == [.number(1)])
        let masks = try #require(found.masks[.number(1)])
        #expect(masks.keys.sorted() == Array(0..<30))
        for frame in [3, 14, 25] {
            let mask = try #require(masks[frame])
            #expect(overlap(mask.mask.mask, scene.mask(at: frame)) > 0.8)
        }
        #expect(found.part == 0..<30)
    }

    @Test func withoutTheSceneMasksFillTheBoxes() throws {
        var scene = SyntheticScene { SyntheticScene.Pose(x: 40 + 6 * Double($0), y: 90) }
        scene.frames = 20
        let found = try track(scene, boxes(scene), knowsScene: false)
        let mask = try #require(found.masks[.number(1)]?[10])
        #expect(overlap(mask.mask.mask, scene.mask(at: 10)) > 0.75)
        let box = try #require(scene.mask(at: 10).boundingBox)
        #expect(Rectangle(mask.mask.box).overlap(with: Rectangle(box)) > 0.85)
    }

    /// Without the camera's motion the object, which is not detected while the camera swings, would be looked for where it was.
    @Test func theCamerasMotionIsTakenOut() throws {
        var scene = SyntheticScene { _ in SyntheticScene.Pose(x: 150, y: 90) }
        scene.frames = 24
        scene.camera = { frame in (Double(max(0, min(frame - 8, 7))) * 12, 0, 1) }
        let found = try track(scene, boxes(scene) { !(9...14).contains($0) })
        #expect(found.tracks.map(\.id) == [.number(1)])
        let box = try #require(found.tracks.first?.boxes[12]), truth = try #require(scene.mask(at: 12).boundingBox)
        #expect(box.overlap(with: Rectangle(truth)) > 0.7)
    }
}
