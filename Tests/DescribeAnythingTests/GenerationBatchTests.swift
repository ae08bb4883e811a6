import DescribeAnything
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Batched answers equal single ones: if these fail, a caption depends on what else is captioned.
struct GenerationBatchTests {
    /// KV caches in single precision, in half and, for the last model, in 8 bits.
    static let models = ["dam-a", "dam-b", "dam-d"].map { name in
        Result { try DescribeAnythingModel(directory: Fixtures.path("goldens/\(name)/model")) }
    } + [Result { try DescribeAnythingModel(.damTiny, vision: .q8, language: .q8) }]

    /// A prompt and its options: lengths, sampling and stop conditions differ.
    private struct Request {
        let words: String
        var options = GenerationOptions()

        init(_ number: Int) {
            words = Array(repeating: ["What", "is it, in the masked region", "the red car's"][number % 3], count: 1 + number)
                .joined(separator: " ")
            options.temperature = [0, 0, 1.5, 0.7][number % 4]
            (options.topP, options.topK) = (0.95, number % 2 == 0 ? 50 : nil)
            options.seed = UInt64(number)
            options.maxNewTokens = [40, 3, 1, 17, 60][number % 5]
        }

        func embeddings(_ model: DescribeAnythingModel) -> Tensor {
            model.embeddings(model.tokens(query: words), frames: [])
        }
    }

    private func answers(
        _ model: DescribeAnythingModel, _ requests: [Request], size: Int
    ) throws -> (generations: [Int: Generation], streamed: [Int: String]) {
        let batch = GenerationBatch(model.generator, size: size)
        var generations: [Int: Generation] = [:], streamed: [Int: String] = [:]
        func take(_ growth: [GenerationBatch.TokenStep]) {
            for answer in growth {
                streamed[answer.id, default: ""] += answer.text
                #expect(generations[answer.id] == nil, "it goes on after its end")
                generations[answer.id] = answer.generation
            }
        }
        for (id, request) in requests.enumerated() {
            while batch.isFull { take(batch.step()) }
            take([try batch.add(Prompt(request.embeddings(model)), request.options, id: id)])
        }
        while !batch.isEmpty { take(batch.step()) }
        #expect(batch.step().isEmpty)
        return (generations, streamed)
    }

    /// All formats, grouped heads, one and several blocks of sequences, which enter and leave at any time.
    @Test(arguments: models.indices, [1, 2, 3, 8, 11])
    func equalsSingleGeneration(model: Int, size: Int) throws {
        let model = try Self.models[model].get()
        let requests = (0..<14).map(Request.init)
        let (generations, streamed) = try answers(model, requests, size: size)
        #expect(generations.count == requests.count)
        var lengths: Set<Int> = []
        for (id, request) in requests.enumerated() {
            let alone = try model.generator(request.embeddings(model), request.options)
            #expect(generations[id]?.tokens == alone.tokens && generations[id]?.finishReason == alone.finishReason)
            #expect(generations[id]?.text == alone.text && streamed[id] == alone.text)
            lengths.insert(alone.tokens.count)
        }
        #expect(lengths.count >= 4, "they end at different times")
    }

    /// Not only the tokens but the logits are bit-equal, so that no sample can differ.
    @Test(arguments: models.indices)
    func logitsDoNotDependOnOthers(model: Int) throws {
        let model = try Self.models[model].get(), llm = model.llm
        let prompts = (0..<11).map { Request($0).embeddings(model) }
        func caches() -> [KVCache] {
            prompts.map { prompt in
                let cache = llm.cache(capacity: prompt.rows + 2)
                _ = llm.prefill(prompt, cache)
                return cache
            }
        }
        let together = caches(), alone = caches(), tokens = Array(3..<14)
        for _ in 0..<2 {
            let logits = llm.step(tokens, together)
            for (row, cache) in alone.enumerated() {
                #expect(logits.rows(row..<row + 1).array == llm.step([tokens[row]], [cache]).array)
            }
        }
    }

    /// Tokens before the first frame are prefilled once for all prompts; the answers equal those of whole prompts.
    @Test(arguments: models.indices)
    func aSharedPrefixChangesNothing(model: Int) throws {
        let model = try Self.models[model].get(), width = model.configuration.language.hiddenSize
        let batch = GenerationBatch(model.generator, size: 3)
        var options = GenerationOptions()
        (options.temperature, options.maxNewTokens) = (0, 12)
        for (number, query) in ["Video: <image>\nWhat is it?", "Video: <image>\nAnd this?", "<image>\nWhat is it?"].enumerated() {
            let tokens = model.tokens(query: query)
            let frames = [Tensor.random([9, width], seed: UInt64(number))]
            let prompt = model.prompt(tokens, frames: frames), whole = model.embeddings(tokens, frames: frames)
            #expect(prompt.count == whole.rows && prompt.embeddings.rows < whole.rows - 20)
            var growth = [try batch.add(prompt, options, id: number)]
            while growth.first?.generation == nil, !growth.isEmpty { growth = batch.step() }
            #expect(growth.first?.generation?.tokens == (try model.generator(whole, options).tokens))
        }
        #expect(model.prompt(model.tokens(query: "Hello"), frames: []).embeddings.rows > 20)
    }

    @Test func anOversizedPromptIsRefusedAndLeavesNothing() throws {
        let model = try Self.models[0].get(), limit = model.configuration.language.contextLength
        let batch = GenerationBatch(model.generator, size: 1)
        let prompt = Prompt(Tensor.zeros([limit - 5, model.configuration.language.hiddenSize]), after: [1, 3, 4, 5, 6])
        #expect(throws: PromptTooLongError.self) { try batch.add(prompt, GenerationOptions(), id: 0) }
        #expect(batch.isEmpty)
    }

    /// A quantised KV cache changes logits by less than the usual margins between tokens. The tolerance of 1 % of the range is
    /// that for quantised weights; these weights are random, which is the worst case.
    @Test(arguments: [(KeyValueFormat.f16, 5e-4), (.q8, 1e-2)] as [(KeyValueFormat, Float)])
    func quantisedCachesHardlyChangeLogits(format: KeyValueFormat, bar: Float) throws {
        let model = try Self.models[1].get(), llm = model.llm
        let prompt = Request(5).embeddings(model)
        func logits(_ format: KeyValueFormat) -> [Float] {
            let cache = KVCache(llm.configuration, capacity: prompt.rows + 6, format: format)
            _ = llm.prefill(prompt, cache)
            return (3..<9).flatMap { llm.step([$0], [cache]).array }
        }
        let fewer = logits(format), single = logits(.f32)
        let range = (single.max() ?? 0) - (single.min() ?? 0)
        let largest = zip(fewer, single).map { abs($0 - $1) }.max() ?? 0
        #expect(fewer != single && largest / range < bar, "\(largest / range)")
    }
}
