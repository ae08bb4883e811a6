import DescribeAnything
import ObjectTracking

/// The time and memory that captioning a plan takes. Operations are counted from the model's shapes, and the machine's speed is measured on
/// the model's largest matrix; what is estimated is the work of one run alone on the machine.
public struct CaptionEstimate: Encodable, Sendable, Equatable {
    /// Tokens of one caption's prompt, text and frames.
    public let promptTokens: Int
    /// The most tokens a caption can have: the limit asked for, or what the context leaves room for.
    public let newTokens: Int
    /// Seconds to propagate masks through the clip, when that is needed; without decoding.
    public let propagationSeconds: Double
    /// Seconds to encode the frames of all captions.
    public let encodingSeconds: Double
    /// Seconds to read all prompts.
    public let promptSeconds: Double
    /// Captions of tracks and of their parts, as far as they are known.
    public let captions: Int
    /// Captions generated together.
    public let batch: Int
    /// Seconds for each generated token, of one caption among those.
    public let tokenSeconds: Double
    /// Bytes of the mapped weights. They count as resident, and the system may drop them when it needs the memory.
    public let weightBytes: Int
    /// Bytes besides: activations, keys and values, prepared frames, what is known of the masks.
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

    /// Pixels a second that propagation goes through with both ways counted, measured on 2 cores of an AMD EPYC
    /// (768x576 pictures, 29 a second).
    private static let propagatedPixels = 12.8e6

    /// - Parameter wantedBatch: captions to generate together at most; nil for as many as memory allows.
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
