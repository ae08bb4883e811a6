import Foundation
import Tensors

/// SAM 2 and SAM 2.1 with the parts that track objects through a clip: the image model, memory encoder and memory attention.
/// Source: SAM 2, arXiv 2408.00714, section 4 and appendix C.1. Properties are named after the hub layout's keys.
package struct SegmentAnythingVideoModel: Sendable {
    package let image: SegmentAnythingImageModel
    package let configuration: SegmentAnythingConfiguration
    package let memory: MemoryConfiguration
    package let memoryAttention: MemoryAttention
    package let memoryEncoder: MemoryEncoder
    let maskDownsample: Conv2d
    let objectPointerProj: FeedForward
    /// `[hidden]`.
    let noObjectPointer: Tensor
    /// Added to memories of frames without the object, `[memory width]` (SAM 2.1).
    let occlusionSpatialEmbeddingParameter: Tensor?
    /// Projects pointers' temporal positions (SAM 2.1).
    let temporalPositionalEncodingProjectionLayer: Linear?
    /// Position encoding of the image embedding, `[side, side, hidden]`.
    private let embeddingPositions: Tensor
    /// Position encodings of a memory, `[positions, memory width]` each, with `memory_temporal_positional_encoding` of its frame
    /// distance added: for 0 (conditioning frames), 1, 2, ...
    private let memoryPositions: [Tensor]

    /// - Throws: `CheckpointError` if a tensor is missing, has the wrong shape or is unused.
    package init(_ files: SegmentAnythingCheckpoint) throws {
        try self.init(files.checkpoint.weights, files.configuration)
        if let leftOver = files.checkpoint.leftOver(isDead: Self.isDead).first { throw leftOver }
    }

    /// True for a tensor of published checkpoints that is not read. The substitute for memories on the first frame is added to
    /// the image embedding; this tensor belongs to an alternative in the original.
    static func isDead(_ name: String) -> Bool { name == "no_memory_positional_encoding" }

    /// - Parameter weights: the whole checkpoint, under the hub layout's names.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    init(_ weights: Weights, _ configuration: SegmentAnythingConfiguration) throws {
        guard let memory = configuration.memory else {
            throw CheckpointError(
                file: weights.path + "/config.json", subject: "model_type", found: "\"sam2\"",
                expected: "\"sam2_video\", a model with memory")
        }
        try configuration.checkTracking(memory, path: weights.path)
        self.configuration = configuration
        self.memory = memory
        let hidden = configuration.hiddenSize, width = memory.encoderOutputChannels
        let side = configuration.promptEncoder.embeddingSide
        image = try SegmentAnythingImageModel(weights, configuration)
        memoryAttention = try MemoryAttention(weights["memory_attention"], memory, side: side)
        memoryEncoder = try MemoryEncoder(weights["memory_encoder"], memory)
        maskDownsample = try Conv2d(weights["mask_downsample"], inputs: 1, outputs: 1, kernel: 4, stride: 4)
        objectPointerProj = try FeedForward(
            weights["object_pointer_proj"], inputs: hidden, hidden: hidden, outputs: hidden, layers: 3, activation: .relu)
        noObjectPointer = try weights["no_object_pointer"].tensor([1, hidden])
        occlusionSpatialEmbeddingParameter = try memory.hasOcclusionSpatialEmbedding
            ? weights["occlusion_spatial_embedding_parameter"].tensor([1, width]).reshaped([width]) : nil
        temporalPositionalEncodingProjectionLayer = try memory.hasTemporalPositionsForPointers
            ? Linear(weights["temporal_positional_encoding_projection_layer"], inputs: hidden, outputs: width) : nil
        let distances = try weights["memory_temporal_positional_encoding"].tensor([memory.maskMemories, 1, 1, width])
        embeddingPositions = sinePositions(height: side, width: side, channels: hidden)
        let places = sinePositions(height: side, width: side, channels: width).reshaped([side * side, width])
        memoryPositions = (0..<memory.maskMemories).map { distance in
            let row = (distance + memory.maskMemories - 1) % memory.maskMemories
            return places.addingToRows(distances.rows(row..<row + 1).reshaped([width]))
        }
    }

    /// Self-attended features that all objects of a frame share, `[side * side, hidden]`.
    func selfAttended(_ features: ImageFeatures) -> Tensor {
        memoryAttention.selfAttended(features.embedding, positions: embeddingPositions)
    }

    /// A frame's image embedding conditioned on an object's memories, of which there must be at least one.
    /// - Parameter selfAttended: the frame's self-attended features.
    func conditioned(
        _ selfAttended: Tensor, on recollection: MemoryBank.MemoryContext, frameCount: Int
    ) -> Tensor {
        var keys: [Tensor] = [], values: [Tensor] = []
        for (distance, output) in recollection.memories {
            guard let memory = output.memory else { continue }
            values.append(memory)
            keys.append(memory + memoryPositions[distance])
        }
        let spatialTokens = values.reduce(0) { $0 + $1.rows }
        if !recollection.pointers.isEmpty {
            let pointers = Tensor.concatenatingRows(recollection.pointers.map(\.output.pointer))
            let tokens = pointers.reshaped([pointers.count / memory.encoderOutputChannels, memory.encoderOutputChannels])
            values.append(tokens)
            keys.append(positioned(tokens, distances: recollection.pointers.map(\.distance), frameCount: frameCount))
        }
        return memoryAttention(
            selfAttended, MemoryTokens(keys: .concatenatingRows(keys), values: .concatenatingRows(values), spatialTokens: spatialTokens)
        ).reshaped(embeddingPositions.shape)
    }

    /// Pointer tokens (several per pointer if memories are narrower) with temporal position encodings of their frame distances.
    private func positioned(_ tokens: Tensor, distances: [Int], frameCount: Int) -> Tensor {
        guard let projection = temporalPositionalEncodingProjectionLayer else { return tokens }
        let reach = max(1, MemoryBank.pointerReach(frameCount, memory))
        let positions = projection(temporalPositions(distances.map { Float($0) / Float(reach) }))
        let repeats = tokens.rows / distances.count
        return Tensor(tokens.shape) { output in
            tokens.withValues { tokens in
                positions.withValues { positions in
                    for index in tokens.indices {
                        let row = index / memory.encoderOutputChannels / repeats
                        output[index] = tokens[index] + positions[
                            row * memory.encoderOutputChannels + index % memory.encoderOutputChannels]
                    }
                }
            }
        }
    }

    /// Sine and cosine encodings of numbers at decreasing frequencies, sines first, `[numbers, hidden]`. Adjacent components
    /// share a frequency, as in the original.
    private func temporalPositions(_ numbers: [Float]) -> Tensor {
        let half = configuration.hiddenSize / 2
        return Tensor([numbers.count, 2 * half]) { output in
            for (row, number) in numbers.enumerated() {
                for index in 0..<half {
                    let angle = number / powf(10_000, Float(2 * (index / 2)) / Float(half))
                    output[row * 2 * half + index] = sinf(angle)
                    output[row * 2 * half + half + index] = cosf(angle)
                }
            }
        }
    }

    /// Segments an object.
    /// - Parameters:
    ///   - embedding: the frame's image embedding, with or without memory.
    ///   - points: in pixels of the model's input.
    ///   - mask: logits of the object's earlier mask in this frame, `[1, side, side]`.
    func segment(
        _ features: ImageFeatures, embedding: Tensor, points: [PromptPoint], mask: Tensor?, multimask: Bool
    ) -> ObjectOutput {
        // The original pads prompts without points by a padding point.
        let prompts = image.promptEncoder(points: points.isEmpty ? [.none] : points, mask: mask)
        let prediction = image.masks(
            embedding: embedding, highResolution: features.highResolution, prompts: prompts, multimask: multimask)
        let best = prediction.best
        let isVisible = prediction.objectScore > 0
        let masks = prediction.masks
        let logits = Tensor([1, masks.shape[1], masks.shape[2]]) { output in
            if isVisible {
                masks.withValues { _ = output.update(fromContentsOf: $0[best * output.count..<(best + 1) * output.count]) }
            } else {
                output.update(repeating: ObjectOutput.noObjectLogit)
            }
        }
        let token = multimask ? best : 0
        return ObjectOutput(
            mask: logits, pointer: isVisible ? objectPointerProj(prediction.tokens.rows(token..<token + 1)) : noObjectPointer,
            objectScore: prediction.objectScore, estimatedIoU: prediction.ious[best])
    }

    /// Takes a given mask as the object's; the model computes only the object pointer.
    /// - Parameter mask: 0 or 1 for each pixel of the model's input, `[1, image side, image side]`.
    func accept(_ mask: Tensor, _ features: ImageFeatures) -> ObjectOutput {
        let side = configuration.promptEncoder.maskInputSide
        let isVisible = mask.withValues { $0.contains { $0 > 0 } }
        let logits = mask.mapped { $0 * 20 - 10 }.interpolated(height: side, width: side, .bilinearAntialiased)
        let prompt = maskDownsample(mask.reshaped([mask.shape[1], mask.shape[2], 1]))
        let seen = segment(
            features, embedding: features.embedding, points: [],
            mask: prompt.reshaped([1, prompt.shape[0], prompt.shape[1]]), multimask: false)
        return ObjectOutput(
            mask: logits, pointer: isVisible ? seen.pointer : noObjectPointer, objectScore: isVisible ? 10 : -10, estimatedIoU: 1)
    }

    /// Encodes a frame's memory of an object.
    /// - Parameter isPrompted: true if the mask answers a prompt; it is then binarised instead of passed through a sigmoid.
    func remember(_ output: ObjectOutput, _ features: ImageFeatures, isPrompted: Bool) -> Tensor {
        let side = configuration.imageSize
        let scale = memory.sigmoidScale, bias = memory.sigmoidBias
        let mask = output.mask.interpolated(height: side, width: side, .bilinear).mapped { logit in
            (isPrompted ? (logit > 0 ? 1 : 0) : 1 / (1 + expf(-logit))) * scale + bias
        }
        var result = memoryEncoder(features: features.embedding, mask: mask)
        if output.objectScore <= 0, let embedding = occlusionSpatialEmbeddingParameter {
            result = result.addingToRows(embedding)
        }
        return result.roundedToBFloat16()
    }
}
