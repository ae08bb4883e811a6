import Detectors
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, a detector overlooks what is small and far, or finds it twice.
struct MotionLooksTests {
    private static let detector = Result { try ObjectDetector(path: Fixtures.path("detectors/red.onnx")) }

    /// A picture four times as large as the detector's, and in it an object of 32 x 44 pixels.
    private var scene: SyntheticScene {
        var scene = SyntheticScene { .init(x: 60 + 8 * Double($0), y: 200) }
        (scene.width, scene.height, scene.radius) = (512, 384, (16, 22))
        return scene
    }

    private func tracks(_ scene: SyntheticScene, looksAtMotion: Bool) throws -> [Track] {
        try scene.withClip { path in
            let clip = try VideoClip(path: path), detector = try Self.detector.get()
            var settings = DetectorSettings()
            (settings.interval, settings.looksAtMotion) = (0.1, looksAtMotion)
            let objects = try GivenObjects(
                .detector(path: detector.path, settings: settings), settings: MaskSettings(), clip: clip, name: path)
            return try ObjectTracker(nil, detector: detector, separatesObjects: true, featureBytes: 0)
                .follow(objects, in: clip, span: nil) { _ in }.tracks
        }
    }

    @Test func smallThingsThatMoveAreFoundInEnlargedParts() throws {
        #expect(try tracks(scene, looksAtMotion: false).isEmpty)
        let found = try tracks(scene, looksAtMotion: true)
        #expect(found.count == 1 && found.first?.label == "red thing")
        let truth = SceneMasks(scene).tracks[0]
        for frame in [6, 12, 18] {
            let box = try #require(found.first?.appearance(at: frame)?.box), wanted = try #require(truth.appearance(at: frame)?.box)
            #expect(Rectangle(box).overlap(with: Rectangle(wanted)) > 0.4)
        }
    }

    @Test func squaresHoldSmallRegionsAndStayInsideThePicture() throws {
        try scene.withClip { path in
            let clip = try VideoClip(path: path)
            let looks = try #require(try MotionLooks(clip, span: nil, model: PictureSize(width: 128, height: 96)))
            let near = BoundingBox(left: 5, top: 370, width: 10, height: 12)
            let beside = BoundingBox(left: 60, top: 330, width: 12, height: 20)
            let far = BoundingBox(left: 480, top: 10, width: 8, height: 8), large = BoundingBox(left: 100, top: 50, width: 300, height: 290)
            let squares = looks.squares(around: [near, large, far, beside])
            #expect(squares == [
                BoundingBox(left: 0, top: 256, width: 128, height: 128), BoundingBox(left: 384, top: 0, width: 128, height: 128),
            ])
            let many = (0..<9).map { BoundingBox(left: 150 * ($0 % 3), top: 130 * ($0 / 3), width: 6, height: 6) }
            #expect(looks.squares(around: many).count == 3)
            #expect(try MotionLooks(VideoClip(path: path), span: nil, model: PictureSize(width: 640, height: 640)) == nil)
        }
    }

    private func detection(_ left: Double, _ top: Double, _ score: Float, _ label: String = "car") -> PictureDetection {
        PictureDetection(box: Rectangle(left: left, top: top, width: 20, height: 20), label: label, labelNumber: 0, score: score)
    }

    @Test func anObjectOfTwoLooksIsOneAndACutOneNone() {
        let part = BoundingBox(left: 100, top: 0, width: 100, height: 100)
        var joined = JoinedLooks(whole: [detection(120, 30, 0.3), detection(160, 30, 0.9)], picture: PictureSize(width: 300, height: 100))
        // Better than before; worse than before; cut off on the right; at the picture's own edge; another label at a known place.
        joined.add([
            detection(22, 30, 0.6), detection(60, 31, 0.5), detection(79.5, 60, 0.9), detection(40, 0, 0.7), detection(22, 30, 0.4, "bus"),
        ], in: part)
        #expect(joined.detections.map(\.score) == [0.9, 0.6, 0.7, 0.4])
        #expect(joined.detections.map(\.box.left) == [160, 122, 140, 122])
    }

    @Test func masksOfAPartLieWhereItDoes() {
        let mask = Mask(width: 4, height: 3, pixels: [0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
        var joined = JoinedLooks(whole: [], picture: PictureSize(width: 8, height: 5))
        joined.add([PictureDetection(
            box: Rectangle(left: 1, top: 0.5, width: 2, height: 2), label: "a", labelNumber: 0, score: 1, mask: mask)],
            in: BoundingBox(left: 2, top: 1, width: 4, height: 3))
        let found = joined.detections.first?.mask
        #expect(found?.width == 8 && found?.height == 5)
        #expect(found?.pixels.indices.filter { found?.pixels[$0] == 1 } == [8 + 3, 16 + 3, 16 + 4])
    }
}
