import Tensors

/// What captions cost, counted from the model's shapes: its matrix products, which are nearly all of the work.
package struct ModelCost: Sendable {
    /// Multiplications and additions for one frame's image tokens.
    package let frameOperations: Double
    /// Tokens a frame becomes.
    package let imageTokens: Int
    /// Numbers in the language model's matrices: read once for each generated token.
    package let languageWeights: Double
    /// Bytes of keys and values for each token of a sequence.
    package let cacheBytes: Int
    /// Bytes of what lies between layers while a frame is encoded.
    package let frameBytes: Int
    /// The same for each token of a prompt that is read.
    package let promptTokenBytes: Int

    private let attentionOperations: Double

    init(_ configuration: DescribeAnythingConfiguration) {
        let vision = configuration.vision, context = configuration.contextProvider, language = configuration.language
        let tokens = Double(configuration.visionTokens), width = Double(vision.hiddenSize)
        /// A transformer layer over the view's tokens.
        func layer(inner: Int) -> Double {
            2 * tokens * (4 * width * width + 2 * width * Double(inner) + 2 * tokens * width)
        }
        let patches = 2 * tokens * Double(vision.patchSize * vision.patchSize * 4) * width
        let view = patches + Double(configuration.visionLayers) * layer(inner: vision.intermediateSize)
        let crossing = Double(configuration.visionLayers) * layer(inner: context.intermediateSize)
        let blocks = (configuration.gridSide + 1) / 2
        let isDownsampled = configuration.projector == .mlpDownsample
        imageTokens = isDownsampled ? blocks * blocks : configuration.visionTokens
        let projected = (isDownsampled ? 4 : 1) * width * Double(language.hiddenSize)
            + Double(language.hiddenSize * language.hiddenSize)
        // The context provider goes through the region's view, from the tower's first layer on, beside the tower.
        frameOperations = 2 * view + crossing + 2 * Double(imageTokens) * projected

        let queries = language.attentionHeads * language.headSize, keys = language.keyValueHeads * language.headSize
        let perLayer = language.hiddenSize * (2 * queries + 2 * keys + 3 * language.intermediateSize)
        languageWeights = Double(language.hiddenLayers) * Double(perLayer)
            + Double(language.vocabularySize) * Double(language.hiddenSize)
        attentionOperations = 4 * Double(language.hiddenLayers) * Double(queries)
        cacheBytes = 2 * language.hiddenLayers * keys * 4
        frameBytes = 4 * configuration.visionTokens * (6 * vision.hiddenSize + 2 * vision.intermediateSize)
        promptTokenBytes = 4 * (6 * language.hiddenSize + 3 * language.intermediateSize)
    }

    /// Multiplications and additions for reading a prompt.
    package func promptOperations(tokens: Int) -> Double {
        let tokens = Double(tokens)
        return 2 * tokens * languageWeights + attentionOperations * tokens * tokens / 2
    }
}

/// How fast this machine goes through the model's matrices.
package struct ModelSpeed: Sendable {
    /// Multiplications and additions a second with many rows: frames and prompts.
    package let operations: Double
    /// Weights a second with one row: generated tokens.
    package let weights: Double
}

extension DescribeAnythingModel {
    package var cost: ModelCost { ModelCost(configuration) }

    /// Measures the largest matrix, the language model's head, as it is stored: well under a second for models of any size
    /// that is used.
    package func measuredSpeed() -> ModelSpeed {
        let width = configuration.language.hiddenSize
        let count = Double(width) * Double(configuration.language.vocabularySize)
        func seconds(rows: Int) -> Double {
            let input = Tensor([rows, width]) { $0.update(repeating: 1) }
            let clock = ContinuousClock()
            // The first time may wait for the disk.
            return max(1e-9, (0..<3).map { _ in clock.measure { _ = llm.lmHead(input) } / .seconds(1) }.min() ?? 0)
        }
        return ModelSpeed(operations: 2 * 64 * count / seconds(rows: 64), weights: count / seconds(rows: 1))
    }
}
