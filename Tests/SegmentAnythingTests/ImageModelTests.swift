import SegmentAnything
import Testing

/// Each stage of segmenting a picture against transformers: if these fail, a click marks other pixels.
struct ImageModelTests {
    private static let goldens = Result { try ImageGoldens.names.map { try ImageGoldens($0) } }

    private func golden(_ name: String) throws -> ImageGoldens {
        try #require(try Self.goldens.get().first { $0.name == name })
    }

    @Test(arguments: ImageGoldens.names)
    func featurePyramid(name: String) throws {
        let golden = try golden(name)
        for (level, map) in golden.model.pyramid(try golden.tensor("pixels")).enumerated() {
            try golden.expect(map, equals: "fpn.\(level)")
        }
    }

    @Test(arguments: ImageGoldens.names)
    func positions(name: String) throws {
        let golden = try golden(name)
        for (level, side) in golden.model.configuration.vision.featureSides.enumerated() {
            let positions = sinePositions(height: side, width: side, channels: golden.model.configuration.hiddenSize)
            try golden.expect(positions, equals: "fpn_positions.\(level)")
        }
        try golden.expect(golden.model.promptPositions, equals: "prompt_positions")
    }

    @Test(arguments: ImageGoldens.names)
    func prompts(name: String) throws {
        let golden = try golden(name)
        for (key, item) in golden.cases {
            let embeddings = golden.model.promptEncoder(
                points: item.prompt, mask: item.mask ? try golden.tensor("mask") : nil)
            try golden.expect(embeddings.sparse, equals: key + ".sparse")
            if item.mask { try golden.expect(embeddings.dense, equals: key + ".dense") }
        }
    }

    @Test(arguments: ImageGoldens.names)
    func masks(name: String) throws {
        let golden = try golden(name), model = golden.model
        let features = model.features(try golden.tensor("pixels")), embedding = model.embeddingWithoutMemory(features)
        for (key, item) in golden.cases {
            let prompts = model.promptEncoder(points: item.prompt, mask: item.mask ? try golden.tensor("mask") : nil)
            for (kind, ious) in [("multi", item.ious.multi), ("single", item.ious.single)] {
                let prediction = model.masks(
                    embedding: embedding, highResolution: features.highResolution, prompts: prompts,
                    multimask: kind == "multi")
                try golden.expect(prediction.masks, equals: "\(key).\(kind)")
                #expect(prediction.ious.count == ious.count)
                for (found, wanted) in zip(prediction.ious, ious) { #expect(abs(found - wanted) < 1e-4, "\(name) \(key)") }
                #expect(abs(prediction.objectScore - item.object_score) < 1e-4 * max(1, abs(item.object_score)))
            }
        }
    }
}
