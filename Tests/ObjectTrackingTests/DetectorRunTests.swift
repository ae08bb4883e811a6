import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, a detector's objects have no tracks, or lose their names. The detector finds red things; the object is one.
struct DetectorRunTests {
    private static let detector = Result { try ObjectDetector(path: Fixtures.path("detectors/red.onnx")) }

    private func found(_ scene: SyntheticScene, interval: Double, _ filter: DetectionFilter = DetectionFilter()) throws -> PropagatedMasks {
        try scene.withClip { path in
            let clip = try VideoClip(path: path), detector = try Self.detector.get()
            let source = ObjectSource.detector(path: detector.path, interval: interval, filter: filter)
            let objects = try GivenObjects(source, settings: MaskSettings(), clip: clip, name: path)
            return try ObjectTracker(nil, detector: detector, separatesObjects: true, featureBytes: 0)
                .follow(objects, in: clip, span: nil) { _ in }
        }
    }

    @Test(arguments: [0, 0.2]) func whatItFindsIsFollowedUnderItsName(interval: Double) throws {
        let scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        let masks = try found(scene, interval: interval)
        let track = try #require(masks.tracks.first)
        #expect(masks.tracks.count == 1 && track.label == "red thing")
        #expect(track.firstFrame <= 2 && track.lastFrame >= 20)
        #expect(track.visibleFrames == Array(track.firstFrame...track.lastFrame))
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, frame in
            !(track.firstFrame...track.lastFrame).contains(frame)
        }.mean > 0.6)
        let fates = try String(decoding: try #require(masks.fates).lines(), as: UTF8.self)
        #expect(fates.contains("\"fate\":\"began\"") && fates.contains("\"label\":\"red thing\""))
    }

    @Test func labelsAndScoresChoose() throws {
        let scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        #expect(try found(scene, interval: 0, DetectionFilter(labels: ["car"])).tracks.isEmpty)
        #expect(try found(scene, interval: 0, DetectionFilter(leastScore: 1.1)).tracks.isEmpty)
        let detector = try Self.detector.get()
        try detector.check(["Red Thing"])
        let error = try #require(throws: InputError.self) { try detector.check(["red thing", "car"]) }
        #expect(error.category == .usage && "\(error)".contains("found no label car, expected red thing"))
    }

    /// A post that looks somewhat like the thing that is looked for does so on every frame, which makes it no surer.
    @Test func whatStaysAtItsPlaceHasToLookLikeIt() {
        let moving = (0..<40).map { detection($0, left: 4 * Double($0), score: 0.8) }
        func tracks(score: Double) -> Int {
            let still = (0..<40).map { detection($0, left: 400, score: score + 0.001 * Double($0 % 7)) }
            let frames = (0..<40).map { FrameTime(number: $0, time: Double($0) / 10) }
            var linking = DetectionLinking(
                (moving + still).sorted { $0.frame < $1.frame }, frames: frames, looked: Array(0..<40), filter: DetectionFilter(),
                picture: nil)
            for frame in frames { linking.add(frame.number, time: frame.time) }
            return linking.finished().tracks.count
        }
        #expect(tracks(score: 0.45) == 1)
        #expect(tracks(score: 0.7) == 2)
    }

    private func detection(_ frame: Int, left: Double, score: Double) -> Detection {
        Detection(
            frame: frame, box: Rectangle(left: left, top: 50, width: 30, height: 60), label: "person",
            score: score + 0.01 * Double(frame % 3))
    }
}
