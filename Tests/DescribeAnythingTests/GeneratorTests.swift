import DescribeAnything
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Complete generations with a small checkpoint. The golden sets compare token ids with the published code; these tests cover the
/// rest.
struct GeneratorTests {
    static let model = Result { try DescribeAnythingModel(directory: Fixtures.model(.damA)) }

    private func prompt(_ model: DescribeAnythingModel, _ text: String = "What is it?") -> Tensor {
        model.embeddings(model.tokens(query: text), frames: [])
    }

    private func options(temperature: Double, beams: Int = 1, tokens: Int = 40, seed: UInt64 = 0) -> GenerationOptions {
        var options = GenerationOptions()
        (options.temperature, options.numBeams, options.maxNewTokens, options.seed) = (temperature, beams, tokens, seed)
        options.topP = 0.95
        return options
    }

    @Test(arguments: [1, 3])
    func answersDependOnTheSeed(beams: Int) throws {
        let model = try Self.model.get()
        func tokens(seed: UInt64) throws -> [Int] {
            try model.generator(prompt(model), options(temperature: 1, beams: beams, seed: seed)).tokens
        }
        let first = try tokens(seed: 1), again = try tokens(seed: 1), other = try tokens(seed: 2)
        #expect(first == again && first != other)
    }

    @Test(arguments: [1, 2])
    func streamedTextEqualsTheText(beams: Int) throws {
        let model = try Self.model.get()
        for seed in 0..<8 {
            var streamed = ""
            let generation = try model.generator(
                prompt(model), options(temperature: 1.5, beams: beams, seed: UInt64(seed))) { text, _ in streamed += text }
            #expect(streamed == generation.text)
        }
    }

    @Test func oneBeamIsGreedy() throws {
        let model = try Self.model.get()
        let greedy = try model.generator(prompt(model), options(temperature: 0))
        #expect(greedy.tokens.count == 40 && greedy.finishReason == .length)
    }

    @Test func answersStopWhenTheContextIsFull() throws {
        let model = try Self.model.get()
        let limit = model.configuration.language.contextLength
        let words = String(repeating: "of the ", count: 1200)
        var long = prompt(model, words)
        while long.rows < limit { long = .concatenatingRows([long, long]) }
        let nearlyFull = long.rows(0..<limit - 3)
        let generation = try model.generator(nearlyFull, options(temperature: 0))
        #expect(generation.tokens.count <= 3)
        let error = #expect(throws: PromptTooLongError.self) {
            try model.generator(long.rows(0..<limit), options(temperature: 0))
        }
        #expect(error?.description == "the prompt has \(limit) tokens, the model's context is \(limit)")
    }

    @Test func callbackErrorsEndTheGeneration() throws {
        struct Enough: Error {}
        let model = try Self.model.get()
        var calls = 0
        #expect(throws: Enough.self) {
            try model.generator(prompt(model), options(temperature: 0)) { _, tokens in
                calls = tokens
                if tokens == 5 { throw Enough() }
            }
        }
        #expect(calls == 5)
    }
}
