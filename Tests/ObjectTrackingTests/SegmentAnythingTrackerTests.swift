import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// Following objects with SAM 2 through a clip. What a user loses when these fail: corrections on later frames spoil masks, or
/// prompts that make no sense are followed for minutes.
@Suite struct SegmentAnythingTrackerTests {
    private static let size = PictureSize(width: 56, height: 40)

    /// The clip of the fixtures as a series of stills.
    private func withClip<Result>(_ body: (VideoClip) throws -> Result) throws -> Result {
        let frames = try #require(try SafetensorsFile(path: Fixtures.path("sam/clip.safetensors")).tensor("frames")).array
        let count = Self.size.width * Self.size.height * 3
        return try withTemporaryDirectory { folder in
            for frame in 0..<10 {
                let header = Data("P6 \(Self.size.width) \(Self.size.height) 255\n".utf8)
                let pixels = frames[frame * count..<(frame + 1) * count].map { UInt8($0) }
                try (header + pixels).write(to: folder.appending(path: "0\(frame).ppm"))
            }
            return try body(try VideoClip(path: folder.path, stillRate: 10))
        }
    }

    private func follow(_ objects: ObjectSource, _ name: String = "video-a", featureBytes: Int = 1 << 30) throws -> PropagatedMasks {
        try withClip { clip in
            let tracker = ObjectTracker(
                try SegmentationModel(path: Fixtures.path("sam/\(name)")), separatesObjects: false, featureBytes: featureBytes)
            let given = try GivenObjects(objects, settings: MaskSettings(), clip: clip, name: "clip")
            return try tracker.follow(given, in: clip, span: nil) { _ in }
        }
    }

    private func click(_ object: Int, _ frame: Int, _ x: Double, _ y: Double, _ isForeground: Bool = true) -> ObjectPrompt {
        ObjectPrompt(
            object: .number(object), frame: frame, PicturePrompt(points: [.init(x: x, y: y, isForeground: isForeground)]))
    }

    /// The prompts of `Fixtures/sam/make_ordered.py`, in any order, point by point.
    private var clicks: [ObjectPrompt] {
        [
            click(2, 7, 40, 8, false), click(1, 7, 33, 21), click(1, 7, 8, 30, false), click(1, 4, 8, 30, false),
            ObjectPrompt(
                object: .number(2), frame: 3, PicturePrompt(box: BoundingBox(left: 26, top: 15, width: 18, height: 18))),
            click(1, 1, 15, 15),
        ]
    }

    /// Masks are those of the original, which is driven by a user who corrects what was tracked.
    @Test(arguments: ["video-a", "video-b", "video-c"]) func clicksCorrectWhatWasTracked(_ name: String) throws {
        let masks = try follow(.prompts(clicks), name)
        let expected = try SafetensorsFile(path: Fixtures.path("sam/\(name)/ordered.safetensors"))
        let forward = try #require(expected.tensor("clicks.forward")), backward = try #require(expected.tensor("clicks.backward"))
        let side = forward.shape[2], place = side * side
        for frame in 0..<10 {
            // Forwards from frame 1; then backwards, frame 1 first.
            let source = frame == 0 ? backward.array : forward.array, first = frame == 0 ? 1 : frame - 1
            for object in 0..<2 {
                let start = (2 * first + object) * place
                let logits = Tensor([1, side, side], values: Array(source[start..<start + place]))
                    .interpolated(height: Self.size.height, width: Self.size.width, .bilinear).array
                let track = masks.tracks.first { $0.id == .number(object + 1) }
                let found = track?.appearance(at: frame) == nil ? nil : try masks.mask(of: .number(object + 1), at: frame)
                for (pixel, logit) in logits.enumerated() where abs(logit) > 1e-2 {
                    #expect((found?.pixels[pixel] ?? 0 > 0) == (logit > 0), "object \(object + 1), frame \(frame)")
                }
            }
        }
    }

    /// Room for features decides how long it takes, not what comes out.
    @Test func roomForFeaturesChangesNothing() throws {
        let results = try [1 << 30, 0].map { try follow(.prompts(clicks), featureBytes: $0) }
        #expect(results[0].tracks == results[1].tracks)
        #expect(results[0].notes.isEmpty && results[1].notes.first?.hasSuffix("their features take more than the 0 MB kept") == true)
    }

    @Test func objectsWithoutAPositivePromptAreRefused() throws {
        let error = #expect(throws: InputError.self) {
            try follow(.prompts([click(1, 0, 12, 14), click(2, 3, 20, 20, false), click(2, 5, 1, 1, false)]))
        }
        #expect(error?.category == .usage)
        #expect(error?.description == "clip: found object 2 with only negative points, expected a positive one or a box")
    }

    @Test func checkpointsThatCannotTrackAreRefused() throws {
        for (name, sentence) in [
            ("sam-a", "memory_encoder_output_channels: found 64, expected a width that divides hidden_size, 32"),
            ("sam-b", "memory_encoder_output_channels: found 64, expected a width that divides hidden_size, 24"),
            ("sam-c", "found a model of single pictures, expected one that can track"),
        ] {
            let error = #expect(throws: InputError.self) { try follow(.prompts([click(1, 0, 12, 14)]), name) }
            #expect(error?.category == .unusableModel && error?.description.hasSuffix(sentence) == true)
        }
    }

    /// A picture's prompt, as an object's in a clip, has something on it.
    @Test func pointsBesideAnObjectAloneAreRefused() throws {
        let model = try SegmentationModel(path: Fixtures.path("sam/video-a"))
        let picture = RGBImage(width: 8, height: 8, pixels: Array(repeating: 90, count: 192))
        for prompt in [PicturePrompt(points: [.init(x: 5, y: 5, isForeground: false)]), PicturePrompt()] {
            let error = #expect(throws: InputError.self) { try model.mask(of: prompt, in: picture, path: "pic.png") }
            #expect(error?.category == .usage)
            #expect(error?.description == "pic.png: found only negative points, expected a positive one or a box")
        }
    }
}
