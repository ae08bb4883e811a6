@testable import DataPipeline
import DescribeAnything
import Foundation
import Imaging
import LanguageModels
import Tensors
import TestSupport
import Testing

/// If these fail, similarity is not SigLIP's. Expected values are from transformers with a small model.
struct SimilarityTests {
    private struct Expected: Decodable {
        let texts: [String]
        let ids: [[Int]]
        let textEmbeds: [[Double]]
        let imageEmbeds: [[Double]]
        let cosine: [[Double]]
        let probability: [[Double]]
    }

    private static let directory = Fixtures.path("siglip/model")

    private func expected() throws -> Expected {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Expected.self, from: Data(contentsOf: URL(filePath: Fixtures.path("siglip/expected.json"))))
    }

    /// The pictures of the script that made the expected values.
    private func picture(_ number: Int) -> RGBImage {
        let side = 28, pixels = (0..<side * side * 3).map { place -> UInt8 in
            let row = place / (side * 3), column = place / 3 % side, channel = place % 3
            return UInt8((row * 7 + column * (3 + number) + channel * 50 + number * 31) % 256)
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    private func largestDifference(_ one: [Double], _ other: [Double]) -> Double { zip(one, other).map { abs($0 - $1) }.max() ?? .infinity }

    @Test func textIsTokenizedForTheModel() throws {
        let model = try SiglipModel(directory: Self.directory), expected = try expected()
        for (text, ids) in zip(expected.texts, expected.ids) { #expect(model.tokens(text) == ids, "\(text)") }
    }

    @Test func vectorsEqualTransformers() throws {
        let model = try SiglipModel(directory: Self.directory), expected = try expected()
        let texts = expected.texts.map { model.embedding(of: $0) }, pictures = (0..<2).map { model.embedding(of: picture($0)) }
        for (own, other) in zip(texts, expected.textEmbeds) { #expect(largestDifference(own, other) < 1e-5) }
        for (own, other) in zip(pictures, expected.imageEmbeds) { #expect(largestDifference(own, other) < 1e-5) }
        for (image, picture) in pictures.enumerated() {
            for (place, text) in texts.enumerated() {
                let likeness = model.likeness(picture, text)
                #expect(abs(likeness.cosine - expected.cosine[image][place]) < 1e-5)
                #expect(abs(likeness.probability - expected.probability[image][place]) < 1e-5)
            }
        }
    }

    @Test func recordsGetTheirScore() throws {
        try PipelineSample.withPictures { folder in
            let files = try PipelineSample.files([
                PipelineSample.captioned("a", ["A red car. It is old."]), PipelineSample.captioned("b", ["A red car."]),
                PipelineSample.captioned("c", ["A red car."], media: "gone.ppm"), PipelineSample.captioned("d", []),
            ], in: folder)
            let step = try ScoreStep(synonyms: nil, .similarity(SimilarityModel(directory: Self.directory), MediaRoot(folder.path)))
            let result = try step.run(files, StepTarget(folder.path + "/s.jsonl"))
            let scored = try PipelineSample.records(folder.path + "/s.jsonl")
            #expect(result.meta.failures.map(\.id) == ["c"] && scored.map(\.id) == ["a", "b", "d"])
            // Only the first sentence counts.
            #expect(scored[0].figure("siglip") == scored[1].figure("siglip") && scored[2].figure("siglip") == nil)
            #expect((-1...1).contains(scored[0].figure("siglip") ?? 2) && (0...1).contains(scored[0].figure("siglip_probability") ?? 2))
        }
    }

    @Test func incompleteCheckpointsAreRefused() throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Self.directory, toPath: copy.path)
            try FileManager.default.removeItem(at: copy.appending(path: "spiece.model"))
            let error = #expect(throws: InputError.self) { try SimilarityModel(directory: copy.path) }
            #expect(error?.description.contains("spiece.model") == true)
            // Another kind of tokenizer.
            #expect(throws: CheckpointError.self) { try UnigramModel(path: Fixtures.sample("model/llm/tokenizer.model")) }
        }
    }
}
