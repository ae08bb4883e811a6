import DescribeAnything
import ObjectTracking

/// Time and memory that captioning a plan takes on an otherwise idle machine. Operations are counted from the model's shapes; the
/// machine's speed is measured on the model's largest matrix.
public struct CaptionEstimate: Encodable, Sendable, Equatable {
    /// Tokens in one caption's prompt: text and frames.
    public let promptTokens: Int
    /// Upper bound on a caption's tokens: the requested limit, or the room left in the context.
    public let newTokens: Int
    /// Seconds to propagate masks through the clip, when that is needed; without decoding.
    public let propagationSeconds: Double
    /// Seconds to encode the frames of all captions.
    public let encodingSeconds: Double
    /// Seconds to prefill all prompts.
    public let promptSeconds: Double
    /// Captions of tracks and of their parts, as far as they are known.
    public let captions: Int
    /// Captions generated together.
    public let batch: Int
    /// Seconds per generated token of one caption in a full batch.
    public let tokenSeconds: Double
    /// Bytes of the memory-mapped weights. They count as resident, but the system may evict them.
    public let weightBytes: Int
    /// All other bytes: activations, KV cache, prepared frames, mask tables.
    public let workingBytes: Int

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case newTokens = "max_new_tokens"
        case captions, batch
        case propagationSeconds = "propagation_seconds"
        case encodingSeconds = "encoding_seconds"
        case promptSeconds = "prompt_seconds"
        case tokenSeconds = "token_seconds"
        case weightBytes = "weight_bytes"
        case workingBytes = "working_bytes"
    }

    /// Pixels per second of mask propagation, counting both directions, measured on 2 cores of an AMD EPYC (768x576, 29
    /// frames/s).
    private static let propagatedPixels = 12.8e6

    /// - Parameter wantedBatch: upper bound on captions generated together; nil for as many as memory allows.
    init(_ plan: CaptionPlan, _ model: DescribeAnythingModel, _ segmentation: SegmentationModel?, wantedBatch: Int?) {
        let memory = MemoryEstimate(plan, model), request = memory.request
        batch = memory.batch(wantedBatch)
        captions = memory.captions
        let cost = DescribeAnythingCost(model), speed = model.measuredSpeed(tracks: batch), size = plan.input.clip.info.size
        promptTokens = request.promptTokens
        newTokens = request.newTokens
        encodingSeconds = Double(memory.encodedFrames) * cost.frame.operations / speed.operations
        promptSeconds = Double(captions) * cost.prefill(tokens: promptTokens).operations / speed.operations
        tokenSeconds = cost.decode(context: promptTokens, tracks: batch).bytes / speed.bytes / Double(batch)

        let frames = plan.input.frameCount ?? plan.part.upperBound
        let segmented = segmentation.map { $0.frameOperations(objects: plan.propagated.count) / speed.operations }
        propagationSeconds = plan.propagated.isEmpty
            ? 0 : Double(frames) * (segmented ?? Double(MaskPropagator().workingPixels(of: size)) / Self.propagatedPixels)
        weightBytes = model.weightBytes
        workingBytes = memory.workingBytes(batch: batch)
    }
}
