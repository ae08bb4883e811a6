import Foundation
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// Prompts on several frames against the original authors' code as used interactively: track, then correct
/// (`Fixtures/sam/make_ordered.py`). If these fail, a click that should correct a mask spoils it.
struct PromptOrderTests {
    /// As in `make_ordered.py`.
    private let clicks = [
        FramePrompt(frame: 1, object: 1, PicturePrompt(points: [.init(x: 15, y: 15)])),
        FramePrompt(frame: 3, object: 2, PicturePrompt(box: BoundingBox(left: 26, top: 15, width: 18, height: 18))),
        FramePrompt(frame: 4, object: 1, PicturePrompt(points: [.init(x: 8, y: 30, isForeground: false)])),
        FramePrompt(
            frame: 7, object: 1, PicturePrompt(points: [.init(x: 33, y: 21), .init(x: 8, y: 30, isForeground: false)])),
        FramePrompt(frame: 7, object: 2, PicturePrompt(points: [.init(x: 40, y: 8, isForeground: false)])),
    ]

    private func bothWays(_ predictor: SegmentAnythingVideoPredictor, from first: Int) throws -> [[Float]] {
        try [false, true].map { reversed in
            var masks: [Float] = []
            try predictor.propagate(from: first, reversed: reversed) { masks += low($1) }
            return masks
        }
    }

    /// A later negative click, two objects, one that appears later, positive and negative points together.
    @Test(arguments: VideoGoldens.sets) func promptsCorrectWhatWasTracked(_ name: String) throws {
        let set = try VideoGoldens(name, numbers: "ordered"), predictor = try set.predictor()
        var answers: [Float] = []
        let first = try predictor.add(inOrder: clicks.reversed()) { answers += low($1) }
        #expect(first == 1)
        #expect(difference(answers, try set("clicks.prompted").array) < 1e-4)
        let found = try bothWays(predictor, from: 1)
        for (masks, direction) in zip(found, ["forward", "backward"]) {
            #expect(difference(masks, try set("clicks.\(direction)").array) < 1e-4, "\(direction)")
        }
    }

    /// Given masks, one of which corrects a tracked mask.
    @Test func masksCorrectWhatWasTracked() throws {
        let set = try VideoGoldens("video-a", numbers: "ordered"), predictor = try set.predictor(), pictures = try VideoPictures()
        var answers: [Float] = []
        for (index, (frame, object)) in [(2, 1), (4, 2), (6, 1)].enumerated() {
            let mask = Mask(
                width: pictures.width, height: pictures.height, pixels: try set("masks.given.\(index)").array.map { UInt8($0) })
            answers += low(try predictor.add(mask, at: frame, object: object).filter { $0.object == object })
        }
        #expect(difference(answers, try set("masks.prompted").array) < 1e-4)
        for (masks, direction) in zip(try bothWays(predictor, from: 2), ["forward", "backward"]) {
            #expect(difference(masks, try set("masks.\(direction)").array) < 1e-4, "\(direction)")
        }
    }

    /// Releasing unneeded features changes nothing, even if an object's prompts are far from where tracking reverses.
    @Test func boundedMemoryGivesTheSame() throws {
        let set = try VideoGoldens("video-c")
        let late = [clicks[0], FramePrompt(frame: 9, object: 2, PicturePrompt(points: [.init(x: 17, y: 24)]))]
        for prompts in [clicks, late] {
            let results = try [true, false].map { keepsEverything in
                var settings = VideoSettings()
                settings.keepsEverything = keepsEverything
                let predictor = try set.predictor(settings)
                return try bothWays(predictor, from: #require(try predictor.add(inOrder: prompts)))
            }
            #expect(results[0] == results[1])
        }
    }

    /// Each frame of the clip is encoded once if the cache is large enough, and masks do not depend on that.
    @Test func framesAreEncodedOnce() throws {
        let set = try VideoGoldens("video-b")
        let results = try [1 << 30, 0].map { bytes in
            var settings = VideoSettings()
            settings.featureBytes = bytes
            let predictor = try set.predictor(settings)
            let masks = try bothWays(predictor, from: #require(try predictor.add(inOrder: clicks)))
            return (masks: masks, encodings: predictor.encodings)
        }
        #expect(results[0].encodings == 10)
        #expect(results[1].encodings > 20)
        #expect(results[0].masks == results[1].masks)
    }

    /// Nothing is computed before all prompts have been checked.
    @Test func promptsAreCheckedFirst() throws {
        let predictor = try VideoGoldens("video-a").predictor()
        let outside = FramePrompt(frame: 5, object: 1, PicturePrompt(points: [.init(x: 56, y: 3)]))
        #expect(throws: PicturePromptError.self) { try predictor.add(inOrder: clicks + [outside]) }
        #expect(predictor.encodings == 0 && predictor.objects.isEmpty)
        #expect(try predictor.add(inOrder: []) == nil)
    }

    /// Sizes incompatible with tracking are reported, while single pictures can still be segmented.
    @Test(arguments: [("sam-a", 32), ("sam-b", 24)]) func widthsThatDoNotFit(name: String, hidden: Int) throws {
        let files = try SegmentAnythingCheckpoint(path: Fixtures.path("sam/\(name)"))
        let problem = try #require(files.trackingProblem)
        #expect(problem.description.hasSuffix(
            "memory_encoder_output_channels: found 64, expected a width that divides hidden_size, \(hidden)"))
        #expect(throws: problem) { _ = try SegmentAnythingVideoModel(files) }
        #expect(try SegmentAnythingImageModel(files).configuration.hiddenSize == hidden)
        #expect(try SegmentAnythingCheckpoint(path: Fixtures.path("sam/video-a")).trackingProblem == nil)
    }
}
