import DescribeAnything
import Imaging
import MaskTracking

/// What captioning a plan will take. Operations are counted from the model's shapes, and the machine's speed is measured on
/// the model's largest matrix; what is estimated is the work of one run alone on the machine.
public struct CaptionEstimate: Encodable, Sendable, Equatable {
    /// Of each track's prompt, text and frames.
    public let promptTokens: Int
    /// The most that a caption can have: what was asked for, or what the context leaves room for.
    public let newTokens: Int
    /// Seconds to carry masks through the clip, when that is needed; without decoding.
    public let propagationSeconds: Double
    /// Seconds to encode all tracks' frames.
    public let encodingSeconds: Double
    /// Seconds to read all tracks' prompts.
    public let promptSeconds: Double
    /// Seconds for each generated token.
    public let tokenSeconds: Double
    /// Bytes of the mapped weights. They count as resident, and the system may drop them when it needs the memory.
    public let weightBytes: Int
    /// Bytes besides: activations, keys and values, prepared frames, what is known of the masks.
    public let workingBytes: Int

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case newTokens = "max_new_tokens"
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

    init(_ plan: ClipPlan, _ model: DescribeAnythingModel) {
        let work = DescribeAnythingWork(model), memory = model.memory, speed = model.measuredSpeed()
        let size = plan.clip.info.size, imageTokens = model.configuration.imageTokens
        let tracks = plan.sampling.tracks.filter { !$0.sampled.isEmpty }
        let text = model.tokens(query: plan.query).count - plan.frames
        promptTokens = text + plan.frames * imageTokens
        newTokens = max(0, min(plan.captioning.maxNewTokens, model.configuration.language.contextLength - promptTokens))
        let beams = plan.captioning.numBeams
        // A propagated track is looked at in other frames than now, in as many as there is room for.
        let perTrack = tracks.map { plan.propagated.contains($0.track.id) ? plan.frames : Set($0.sampled).count }
        let encoded = perTrack.reduce(0, +)
        encodingSeconds = Double(encoded) * work.frame.operations / speed.operations
        promptSeconds = Double(tracks.count) * work.prefill(tokens: promptTokens).operations / speed.operations
        tokenSeconds = work.decode(context: promptTokens).bytes / speed.bytes

        let working = MaskPropagator().workingPixels(of: size)
        let frames = plan.frameCount ?? plan.sampling.part.upperBound
        propagationSeconds = plan.propagated.isEmpty ? 0 : Double(frames * working) / Self.propagatedPixels
        weightBytes = model.weightBytes
        let prompt = 8 * plan.imageProcessor.side * plan.imageProcessor.side
        let prepared = plan.isReadOnce ? encoded * prompt : min(encoded * prompt, PromptQueue.room)
        let generating = promptTokens * (memory.promptTokenBytes + memory.cacheBytes) + newTokens * memory.cacheBytes * beams
        let masks = plan.givenMasks.tracks.reduce(0) { $0 + $1.appearances.count * MemoryLayout<Track.Appearance>.stride }
        // A decoder holds pictures for its threads and for reordering; one is converted.
        let pictures = size.width * size.height * (3 + 24 * 3 / 2)
        let window = plan.propagated.isEmpty ? 0 : 3 * 129 * working
        workingBytes = max(memory.frameBytes + encoded / max(1, tracks.count) * imageTokens * 4
            * model.configuration.language.hiddenSize, generating) + prepared + masks + pictures + window
    }
}
