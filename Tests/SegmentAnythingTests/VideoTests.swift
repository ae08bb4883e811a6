import Foundation
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// Tracking through a clip against transformers' and the original authors' results (`Fixtures/sam/make_video.py`). If these fail,
/// objects are tracked differently from the published model.
struct VideoTests {

    /// Both objects' prompts before any tracking, as in `make_video.py`.
    private func prompt(_ predictor: SegmentAnythingVideoPredictor, corrected: Bool = true) throws {
        try predictor.add(PicturePrompt(points: [.init(x: 12, y: 14)]), at: 0, object: 1)
        if corrected {
            try predictor.add(
                PicturePrompt(points: [.init(x: 24, y: 18), .init(x: 40, y: 8, isForeground: false)]), at: 4, object: 1)
        }
        try predictor.add(PicturePrompt(points: [], box: BoundingBox(left: 30, top: 15, width: 17, height: 18)), at: 2, object: 2)
    }

    @Test(arguments: VideoGoldens.sets) func stages(_ name: String) throws {
        let set = try VideoGoldens(name), model = set.model
        let side = model.configuration.promptEncoder.embeddingSide, hidden = model.configuration.hiddenSize
        // Maps are channel-first there.
        let mask = try set("encoder.masks"), output = try set("encoder.output")
        let memory = model.memoryEncoder(
            features: try set("encoder.features").reordered(as: [1, 2, 0]), mask: mask.reshaped([1] + mask.shape))
        #expect(difference(memory.array, output.reordered(as: [1, 2, 0]).array) < 1e-4)
        let places = sinePositions(height: side, width: side, channels: hidden)
        let memories = try set("attention.memory"), positions = try set("attention.positions")
        let look = model.memoryAttention.selfAttended(
            try set("attention.features").reshaped([side, side, hidden]), positions: places)
        let attended = model.memoryAttention(
            look,
            MemoryTokens(
                keys: memories + positions, values: memories, spatialTokens: memories.rows - Int(try set("attention.pointers").array[0])))
        #expect(difference(attended.array, try set("attention.output").array) < 1e-4)
    }

    @Test(arguments: VideoGoldens.sets) func bothDirections(_ name: String) throws {
        let set = try VideoGoldens(name), predictor = try set.predictor()
        try prompt(predictor)
        for (direction, start) in [("forward", nil), ("backward", 4)] as [(String, Int?)] {
            var masks: [Float] = [], scores: [Float] = [], pointers: [Float] = [], frames: [Int] = []
            try predictor.propagate(from: start, reversed: direction == "backward") { frame, found in
                frames.append(frame)
                #expect(found.map(\.object) == [1, 2])
                masks += low(found)
                scores += found.map(\.output.objectScore)
                pointers += found.flatMap(\.output.pointer.array)
            }
            #expect(frames == (direction == "forward" ? Array(0..<10) : [4, 3, 2, 1, 0]))
            #expect(difference(masks, try set("\(direction).masks").array) < 1e-4, "\(direction) masks")
            #expect(difference(scores, try set("\(direction).scores").array) < 1e-4, "\(direction) scores")
            #expect(difference(pointers, try set("\(direction).pointers").array) < 1e-4, "\(direction) pointers")
            let expected = try set("\(direction).masks").array
            for (found, expected) in zip(masks, expected) where abs(expected) > 1e-3 { #expect((found > 0) == (expected > 0)) }
        }
    }

    /// Corrections of tracked masks: with negative points, with more points, with a box and a point, in both modes of the
    /// original. Non-overlapping objects do not overlap.
    @Test(arguments: VideoGoldens.sets, [true, false]) func corrections(_ name: String, _ keeps: Bool) throws {
        let set = try VideoGoldens(name), prefix = keeps ? "kept" : "dropped"
        var settings = VideoSettings()
        settings.correctsWithMemory = keeps
        settings.separatesObjects = keeps
        let predictor = try set.predictor(settings)
        try prompt(predictor, corrected: false)
        try predictor.propagate { _, _ in }
        let corrected = try predictor.add(
            PicturePrompt(points: [.init(x: 24, y: 18), .init(x: 8, y: 30, isForeground: false)]), at: 4, object: 1)
        #expect(difference(low(corrected), try set("\(prefix).corrected").array) < 1e-4)
        #expect(difference(corrected.flatMap(\.logits.array), try set("\(prefix).video").array) < 1e-4)
        let again = try predictor.add(PicturePrompt(points: [.init(x: 26, y: 20)]), at: 4, object: 1, keepsPoints: true)
        #expect(difference(low(again), try set("\(prefix).again").array) < 1e-4)
        let other = try predictor.add(
            PicturePrompt(points: [.init(x: 28, y: 22, isForeground: false)], box: BoundingBox(left: 20, top: 14, width: 16, height: 20)),
            at: 6, object: 2)
        #expect(difference(low(other), try set("\(prefix).other").array) < 1e-4)
        var masks: [Float] = []
        try predictor.propagate(from: 3, limit: 5) { masks += low($1) }
        #expect(difference(masks, try set("\(prefix).after").array) < 1e-4)
    }

    /// Masks as prompts (an empty one means that the object is absent), and clicks after earlier clicks.
    @Test(arguments: VideoGoldens.sets) func givenMasks(_ name: String) throws {
        let set = try VideoGoldens(name), predictor = try set.predictor()
        let given = try set("given.prompt"), pictures = try VideoPictures()
        let mask = Mask(width: pictures.width, height: pictures.height, pixels: given.array.map { UInt8($0) })
        let empty = Mask(width: mask.width, height: mask.height, pixels: mask.pixels.map { _ in 0 })
        let masks = try low(predictor.add(mask, at: 2, object: 7)) + low(predictor.add(empty, at: 7, object: 7))
        #expect(difference(masks, try set("given.masks").array) < 1e-4)
        try predictor.add(PicturePrompt(points: [.init(x: 27, y: 19)]), at: 5, object: 8)
        let clicked = try predictor.add(
            PicturePrompt(points: [.init(x: 40, y: 30, isForeground: false)]), at: 5, object: 8, keepsPoints: true)
        #expect(difference(low(clicked), try set("given.clicked").array) < 1e-4)
        try predictor.add(PicturePrompt(points: [.init(x: 38, y: 24)]), at: 2, object: 8)
        for (direction, start) in [("forward", nil), ("backward", 5)] as [(String, Int?)] {
            var found: [Float] = []
            try predictor.propagate(from: start, reversed: direction == "backward") { found += low($1) }
            #expect(difference(found, try set("given.\(direction)").array) < 1e-4, "\(direction)")
        }
    }

    /// Releasing unneeded features changes nothing.
    @Test func boundedMemoryGivesTheSame() throws {
        let set = try VideoGoldens("video-c")
        var bounded = VideoSettings()
        bounded.keepsEverything = false
        let results = try [VideoSettings(), bounded].map { settings in
            let predictor = try set.predictor(settings)
            try prompt(predictor)
            var masks: [Float] = []
            try predictor.propagate { masks += low($1) }
            try predictor.propagate(from: 4, reversed: true) { masks += low($1) }
            return masks
        }
        #expect(results[0] == results[1])
    }

    /// The authors' file and the hub's directory are the same model.
    @Test func originalCheckpointGivesTheSame() throws {
        let results = try [nil, "original.pt"].map { checkpoint in
            let predictor = try VideoGoldens("video-a", checkpoint: checkpoint).predictor()
            try prompt(predictor)
            var masks: [Float] = []
            try predictor.propagate(limit: 3) { masks += low($1) }
            return masks
        }
        #expect(results[0] == results[1])
    }

    @Test func refusesInvalidPrompts() throws {
        let predictor = try VideoGoldens("video-a").predictor()
        func fails(_ error: some Error & Equatable, _ body: () throws -> Void) { #expect(throws: error) { try body() } }
        fails(VideoPromptError.frame(10, count: 10)) { try predictor.add(PicturePrompt(points: [.init(x: 1, y: 1)]), at: 10, object: 1) }
        fails(VideoPromptError.frame(-1, count: 10)) { try predictor.add(PicturePrompt(points: [.init(x: 1, y: 1)]), at: -1, object: 1) }
        fails(PicturePromptError.pointOutside(.init(x: 56, y: 3), width: 56, height: 40)) {
            try predictor.add(PicturePrompt(points: [.init(x: 56, y: 3)]), at: 0, object: 1)
        }
        fails(PicturePromptError.pointOutside(.init(x: 3, y: -0.5), width: 56, height: 40)) {
            try predictor.add(PicturePrompt(points: [.init(x: 3, y: -0.5)]), at: 0, object: 1)
        }
        fails(VideoPromptError.empty) { try predictor.add(PicturePrompt(points: []), at: 0, object: 1) }
        let outside = BoundingBox(left: 60, top: 0, width: 5, height: 5)
        fails(PicturePromptError.boxOutside(outside, width: 56, height: 40)) {
            try predictor.add(PicturePrompt(points: [], box: outside), at: 0, object: 1)
        }
        let small = Mask(width: 2, height: 2, pixels: [1, 1, 1, 1])
        fails(VideoPromptError.maskSize(mask: [2, 2], clip: [56, 40])) { try predictor.add(small, at: 0, object: 1) }
        fails(VideoPromptError.noPrompt) { try predictor.propagate { _, _ in } }
        #expect(predictor.objects.isEmpty)
    }
}
