import DAMVideo
import DescribeAnything
import LanguageModels
import Tensors

/// Measures the stages of the Describe Anything Model separately, through the same calls as captioning. Inputs from earlier
/// stages are random tensors of the right shape.
struct DescribeAnythingBenchmark {
    let model: DescribeAnythingModel
    let timer: StageTimer
    /// Upper bound on the caption's tokens.
    let tokens: Int

    /// Upper bound on the tokens per run of a decoding stage, small enough that the growing context hardly affects a token's
    /// time.
    private static let decodedTokens = 16

    private var cost: DescribeAnythingCost { DescribeAnythingCost(model) }

    /// Token ids of a caption's prompt, one placeholder for each frame.
    private var prompt: [Int] { model.tokens(query: Conversation.videoQuery(frames: frames)) }
    private var frames: Int { model.configuration.videoFrames }
    /// Tokens of the prompt, image tokens included.
    private var promptTokens: Int {
        let images = prompt.count { $0 == Conversation.imageToken }
        return prompt.count + images * (model.configuration.imageTokens - 1)
    }

    func measure(_ stage: DescribeAnythingStage) throws -> StageMeasurement {
        switch stage {
        case .preprocessing: try preprocessing()
        case .fullView: vision(cost.view) { pixels, _ in model.contextFeatures(pixels) }
        case .cropContext: vision(cost.viewWithContext) { pixels, context in model.regionFeatures(pixels, context: context) }
        case .projector: vision(cost.projector) { _, features in model.imageTokens(features) }
        case .prefill: prefill()
        case .decode200: decode(context: 200)
        case .decode1800: decode(context: 1800)
        case .decodeBatch: decode(context: 1800, tracks: CaptionEngine.largestBatch)
        case .caption: try caption()
        }
    }

    private func prompt(_ frame: Int) throws -> FocalPrompt {
        try model.imageProcessor(BenchmarkScene.picture(frame), BenchmarkScene.mask(frame))
    }

    private var preprocessingCost: ComputeCost {
        let (width, height) = (BenchmarkScene.width, BenchmarkScene.height)
        let region = CropMode.focalCrop.region(of: BenchmarkScene.box(0), width: width, height: height)
        return cost.preprocessing(width: width, height: height, region: region)
    }

    private func preprocessing() throws -> StageMeasurement {
        let picture = BenchmarkScene.picture(0), mask = BenchmarkScene.mask(0)
        let runs = try timer.run { _ = model.pixels(try model.imageProcessor(picture, mask)) }
        return StageMeasurement(1, "frame", cost: [preprocessingCost], runs)
    }

    /// Measures a stage that reads a frame's pixels `[8, side, side]`, features `[tokens, width]` or both.
    private func vision(
        _ cost: ComputeCost, _ body: (_ pixels: Tensor, _ features: Tensor) -> Tensor
    ) -> StageMeasurement {
        let side = model.configuration.imageSize
        let pixels = Tensor.random([8, side, side])
        let features = Tensor.random([model.configuration.visionTokens, model.configuration.vision.hiddenSize], seed: 1)
        return StageMeasurement(1, "frame", cost: [cost], timer.run { _ = body(pixels, features) })
    }

    private func prefill() -> StageMeasurement {
        let tokens = promptTokens, llm = model.llm
        let embeddings = Tensor.random([tokens, llm.configuration.hiddenSize])
        let runs = timer.run { _ = llm.prefill(embeddings, llm.cache(capacity: tokens)) }
        return StageMeasurement(tokens, "token", cost: [cost.prefill(tokens: tokens)], runs)
    }

    /// Measures decoding steps. The context grows from run to run; the cost is that of the first run.
    private func decode(context: Int, tracks: Int = 1) -> StageMeasurement {
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
        let steps = (0..<count).map { cost.decode(context: context + $0, tracks: tracks) }
        return StageMeasurement(count * tracks, "token", cost: steps, runs)
    }

    private func caption() throws -> StageMeasurement {
        let pictures = (0..<frames).map { (BenchmarkScene.picture($0), BenchmarkScene.mask($0)) }
        var options = GenerationOptions()
        (options.temperature, options.maxNewTokens) = (0, tokens)
        // A trained model may stop earlier.
        var generated = tokens
        let runs = try timer.run {
            let encoded = try pictures.map { model.encode(try model.imageProcessor($0, $1)) }
            generated = try model.generator(model.embeddings(prompt, frames: encoded), options).tokens.count
        }
        let steps = cost.caption(
            preprocessing: preprocessingCost, frames: frames, prompt: promptTokens, tokens: generated)
        return StageMeasurement(generated, "token", cost: steps, runs)
    }
}
