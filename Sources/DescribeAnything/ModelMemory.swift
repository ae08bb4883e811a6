import Tensors

/// Memory of captioning besides the weights, computed from the model's shapes.
package struct ModelMemory: Sendable {
    /// Bytes of keys and values for each token of a sequence.
    package let cacheBytes: Int
    /// Bytes of activations while a frame is encoded.
    package let frameBytes: Int
    /// Bytes of activations for each token of a prompt during prefill.
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

/// Speed of this machine on the model's matrices.
package struct ModelSpeed: Sendable {
    /// Operations a second, two for a multiply-add, with many rows: frames and prefill.
    package let operations: Double
    /// Bytes of weights read a second in a decoding step with one row for each track.
    package let bytes: Double
}

extension DescribeAnythingModel {
    package var memory: ModelMemory { ModelMemory(self) }

    /// Measures products with the largest matrix, the language model's head, as it is stored. Takes well under a second.
    /// - Parameter tracks: sequences decoded per step.
    package func measuredSpeed(tracks: Int) -> ModelSpeed {
        let width = configuration.language.hiddenSize
        let count = Double(width) * Double(configuration.language.vocabularySize)
        func seconds(rows: Int) -> Double {
            let input = Tensor([rows, width]) { $0.update(repeating: 1) }
            let clock = ContinuousClock()
            // The fastest of three: the first may wait for the disk.
            return max(1e-9, (0..<3).map { _ in clock.measure { _ = llm.lmHead(input) } / .seconds(1) }.min() ?? 0)
        }
        return ModelSpeed(
            operations: 2 * 64 * count / seconds(rows: 64), bytes: Double(llm.lmHead.weight.byteCount) / seconds(rows: tracks))
    }
}
