import DAMVideo
import DescribeAnything
import LanguageModels
import Tensors

/// Measures the stages of the Describe Anything Model. Each stage is what captioning calls, on its own: what it reads of
/// earlier stages is random, of the right shape.
struct DescribeAnythingBenchmark {
    let model: DescribeAnythingModel
    let timer: StageTimer
    /// Tokens of the caption.
    let tokens: Int

    /// Tokens of one run of a decoding stage, at most; what a token takes hardly changes over so few.
    private static let decodedTokens = 16

    private var work: DescribeAnythingCost {
        DescribeAnythingCost(model)
    }

    /// The prompt of a caption, without its frames.
    private var prompt: [Int] { model.tokens(query: Conversation.videoQuery(frames: frames)) }
    private var frames: Int { model.configuration.videoFrames }
    private var promptTokens: Int {
        let images = prompt.count { $0 == Conversation.imageToken }
        return prompt.count + images * (model.configuration.imageTokens - 1)
    }

    func measure(_ stage: BenchmarkStage) throws -> BenchmarkReport.Stage {
        switch stage {
        case .preprocessing: try preprocessing()
        case .fullView: vision(stage, work.view) { pixels, _ in model.contextFeatures(pixels) }
        case .cropContext:
            vision(stage, work.viewWithContext) { pixels, context in model.regionFeatures(pixels, context: context) }
        case .projector: vision(stage, work.projector) { _, features in model.imageTokens(features) }
        case .prefill: prefill()
        case .decode200: decode(stage, context: 200)
        case .decode1800: decode(stage, context: 1800)
        case .decodeBatch: decode(stage, context: 1800, tracks: CaptionEngine.largestBatch)
        case .caption: try caption()
        case .samEncoder, .samFrame, .samObject: preconditionFailure("a stage of SAM 2")
        }
    }

    private func prompt(_ frame: Int) throws -> FocalPrompt {
        try model.imageProcessor(BenchmarkScene.picture(frame), BenchmarkScene.mask(frame))
    }

    private var preprocessingWork: ComputeCost {
        let (width, height) = (BenchmarkScene.width, BenchmarkScene.height)
        let region = CropMode.focalCrop.region(of: BenchmarkScene.box(0), width: width, height: height)
        return work.preprocessing(width: width, height: height, region: region)
    }

    private func preprocessing() throws -> BenchmarkReport.Stage {
        let picture = BenchmarkScene.picture(0), mask = BenchmarkScene.mask(0)
        let runs = try timer.run { _ = model.pixels(try model.imageProcessor(picture, mask)) }
        return timer.stage(.preprocessing, 1, "frame", work: [preprocessingWork], runs)
    }

    /// A stage that reads a frame's pixels, features or both.
    private func vision(
        _ stage: BenchmarkStage, _ work: ComputeCost, _ body: (_ pixels: Tensor, _ features: Tensor) -> Tensor
    ) -> BenchmarkReport.Stage {
        let side = model.configuration.imageSize
        let pixels = Tensor.random([8, side, side])
        let features = Tensor.random([model.configuration.visionTokens, model.configuration.vision.hiddenSize], seed: 1)
        return timer.stage(stage, 1, "frame", work: [work], timer.run { _ = body(pixels, features) })
    }

    private func prefill() -> BenchmarkReport.Stage {
        let tokens = promptTokens, llm = model.llm
        let embeddings = Tensor.random([tokens, llm.configuration.hiddenSize])
        let runs = timer.run { _ = llm.prefill(embeddings, llm.cache(capacity: tokens)) }
        return timer.stage(.prefill, tokens, "token", work: [work.prefill(tokens: tokens)], runs)
    }

    /// The context grows from one run to the next: what was counted is the first run's.
    private func decode(_ stage: BenchmarkStage, context: Int, tracks: Int = 1) -> BenchmarkReport.Stage {
        let llm = model.llm, width = llm.configuration.keyValueHeads * llm.configuration.headSize
        let count = min(tokens, Self.decodedTokens)
        let rows = Tensor.random([context, width])
        let caches = (0..<tracks).map { _ in
            let cache = llm.cache(capacity: context + count * timer.repeats)
            cache.appendToAllLayers(keys: rows, values: rows)
            return cache
        }
        let runs = timer.run {
            for _ in 0..<count { _ = llm.step(caches.map { _ in model.tokenizer.bosID }, caches) }
        }
        let steps = (0..<count).map { work.decode(context: context + $0, tracks: tracks) }
        return timer.stage(stage, count * tracks, "token", work: steps, runs)
    }

    private func caption() throws -> BenchmarkReport.Stage {
        let pictures = (0..<frames).map { (BenchmarkScene.picture($0), BenchmarkScene.mask($0)) }
        var options = GenerationOptions()
        (options.temperature, options.maxNewTokens) = (0, tokens)
        // A trained model may end before.
        var generated = tokens
        let runs = try timer.run {
            let encoded = try pictures.map { model.encode(try model.imageProcessor($0, $1)) }
            generated = try model.generator(model.embeddings(prompt, frames: encoded), options).tokens.count
        }
        let work = work.caption(
            preprocessing: preprocessingWork, frames: frames, prompt: promptTokens, tokens: generated)
        return timer.stage(.caption, generated, "token", work: work, runs)
    }
}
