import Tensors

/// Memory that captioning takes in addition to the weights, computed from the model's shapes.
package struct ModelMemory: Sendable {
    /// Bytes of the KV cache per token of a sequence.
    package let cacheBytes: Int
    /// Bytes of activations while encoding a frame.
    package let frameBytes: Int
    /// Bytes of activations per prompt token during prefill.
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

/// Speed of this machine on the model's matrix products.
package struct ModelSpeed: Sendable {
    /// Operations per second with many rows, as in encoding and prefill; a multiply-add counts as two.
    package let operations: Double
    /// Bytes of weights read per second in a decoding step, which has one row per track.
    package let bytes: Double
}

extension DescribeAnythingModel {
    package var memory: ModelMemory { ModelMemory(self) }

    /// Measures products with the largest matrix, the language model's head, in its storage type. Takes well under a second.
    /// - Parameter tracks: sequences decoded per step.
    package func measuredSpeed(tracks: Int) -> ModelSpeed {
        let width = configuration.language.hiddenSize
        let count = Double(width) * Double(configuration.language.vocabularySize)
        func seconds(rows: Int) -> Double {
            let input = Tensor([rows, width]) { $0.update(repeating: 1) }
            let clock = ContinuousClock()
            // The fastest of three, because the first may wait for the disk.
            return max(1e-9, (0..<3).map { _ in clock.measure { _ = llm.lmHead(input) } / .seconds(1) }.min() ?? 0)
        }
        return ModelSpeed(
            operations: 2 * 64 * count / seconds(rows: 64), bytes: Double(llm.lmHead.weight.byteCount) / seconds(rows: tracks))
    }
}
