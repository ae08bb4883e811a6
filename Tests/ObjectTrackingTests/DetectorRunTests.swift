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
            var settings = DetectorSettings()
            settings.interval = interval
            let source = ObjectSource.detector(path: detector.path, settings: settings, filter: filter)
            let objects = try GivenObjects(source, settings: MaskSettings(), clip: clip, name: path)
            return try ObjectTracker(nil, detector: detector, separatesObjects: true, featureBytes: 0)
                .follow(objects, in: clip, span: nil) { _ in }
        }
    }

    @Test(arguments: [0, 0.2, 0.5]) func whatItFindsIsFollowedUnderItsName(interval: Double) throws {
        let scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        let masks = try found(scene, interval: interval)
        let track = try #require(masks.tracks.first)
        #expect(masks.tracks.count == 1 && track.label == "red thing")
        #expect(track.firstFrame <= 2 && track.lastFrame == 23)
        #expect(track.visibleFrames == Array(track.firstFrame...track.lastFrame))
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, frame in
            !(track.firstFrame...track.lastFrame).contains(frame)
        }.mean > 0.6)
        let lines = try #require(masks.fates).lines()
        let fates = String(decoding: lines, as: UTF8.self)
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
}
