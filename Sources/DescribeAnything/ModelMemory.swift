import Tensors

/// The memory that captions take besides the weights, counted from the model's shapes.
package struct ModelMemory: Sendable {
    /// Bytes of keys and values for each token of a sequence.
    package let cacheBytes: Int
    /// Bytes of what lies between layers while a frame is encoded.
    package let frameBytes: Int
    /// The same for each token of a prompt that is read.
    package let promptTokenBytes: Int

    init(_ model: DescribeAnythingModel) {
        let configuration = model.configuration
        let vision = configuration.vision, language = configuration.language
        cacheBytes = language.hiddenLayers * KeyValueBuffer.bytes(
            heads: language.keyValueHeads, headSize: language.headSize, format: model.llm.cacheFormat)
        frameBytes = 4 * configuration.visionTokens * (6 * vision.hiddenSize + 2 * vision.intermediateSize)
        promptTokenBytes = 4 * (6 * language.hiddenSize + 3 * language.intermediateSize)
    }
}

/// How fast this machine goes through the model's matrices.
package struct ModelSpeed: Sendable {
    /// Multiplications and additions a second with many rows: frames and prompts.
    package let operations: Double
    /// Bytes of weights a second with a row for each of the tracks whose tokens are generated together.
    package let bytes: Double
}

extension DescribeAnythingModel {
    package var memory: ModelMemory { ModelMemory(self) }

    /// Measures the largest matrix, the language model's head, as it is stored: well under a second for models of any size
    /// that is used.
    /// - Parameter tracks: whose tokens are generated together.
    package func measuredSpeed(tracks: Int) -> ModelSpeed {
        let width = configuration.language.hiddenSize
        let count = Double(width) * Double(configuration.language.vocabularySize)
        func seconds(rows: Int) -> Double {
            let input = Tensor([rows, width]) { $0.update(repeating: 1) }
            let clock = ContinuousClock()
            // The first time may wait for the disk.
            return max(1e-9, (0..<3).map { _ in clock.measure { _ = llm.lmHead(input) } / .seconds(1) }.min() ?? 0)
        }
        return ModelSpeed(
            operations: 2 * 64 * count / seconds(rows: 64), bytes: Double(llm.lmHead.weight.byteCount) / seconds(rows: tracks))
    }
}
