import DescribeAnything
import Masks
import ObjectTracking

/// The memory that captioning a plan takes, counted from the model's shapes, and how many captions it has room for side by
/// side.
package struct PlanMemory {
    /// Of each track's prompt, text and frames.
    let promptTokens: Int
    /// The most that a caption can have: what was asked for, or what the context leaves room for.
    let newTokens: Int
    /// Frames to be encoded of all tracks.
    let encodedFrames: Int
    /// Tracks that can be captioned, as far as is known.
    let tracks: Int
    /// Bytes of one track's keys and values, its caption as long as it may be.
    let sequenceBytes: Int
    /// Bytes besides keys and values and the weights: activations, prepared frames, what is known of the masks, pictures.
    let otherBytes: Int
    private let weightBytes: Int
    private let isSearch: Bool

    init(_ plan: ClipPlan, _ model: DescribeAnythingModel) {
        let memory = model.memory, imageTokens = model.configuration.imageTokens, size = plan.clip.info.size
        let tracks = plan.sampling.tracks.filter { !$0.sampled.isEmpty }
        self.tracks = tracks.count
        promptTokens = model.tokens(query: plan.query).count - plan.frames + plan.frames * imageTokens
        newTokens = max(0, min(plan.captioning.maxNewTokens, model.configuration.language.contextLength - promptTokens))
        weightBytes = model.weightBytes
        isSearch = plan.captioning.numBeams > 1
        sequenceBytes = (promptTokens + newTokens * plan.captioning.numBeams) * memory.cacheBytes
        // A propagated track is looked at in other frames than now, in as many as there is room for.
        encodedFrames = tracks.map { plan.propagated.contains($0.track.id) ? plan.frames : Set($0.sampled).count }.reduce(0, +)

        let prompt = 8 * plan.imageProcessor.side * plan.imageProcessor.side
        let prepared = plan.isReadOnce ? encodedFrames * prompt : min(encodedFrames * prompt, PromptQueue.room)
        let frames = encodedFrames / max(1, tracks.count) * imageTokens * 4 * model.configuration.language.hiddenSize
        let masks = plan.given.tracks.reduce(0) { $0 + $1.appearances.count * MemoryLayout<Track.Appearance>.stride }
        // A decoder holds pictures for its threads and for reordering; one is converted.
        let pictures = size.width * size.height * (3 + 24 * 3 / 2)
        let window = plan.propagated.isEmpty ? 0 : 3 * 129 * MaskPropagator().workingPixels(of: size)
        otherBytes = max(memory.frameBytes + frames, promptTokens * memory.promptTokenBytes)
            + prepared + masks + pictures + window
    }

    /// How many captions are generated side by side.
    /// - Parameter wanted: how many at most; nil for as many as there is memory for.
    func batch(_ wanted: Int?) -> Int {
        if isSearch { return 1 }
        let most = wanted ?? Self.fitting(
            sequence: sequenceBytes, fixed: weightBytes + otherBytes, available: AvailableMemory.bytes)
        return max(1, min(most, tracks))
    }

    /// As many captions as half the free memory has keys and values for: `VideoCaptioner.largestBatch` at most, one at least.
    /// - Parameters:
    ///   - sequence: bytes of one track's keys and values.
    ///   - fixed: bytes that are taken whatever the number, the mapped weights among them.
    ///   - available: bytes that are free; nil when that is not known.
    package static func fitting(sequence: Int, fixed: Int, available: Int?) -> Int {
        guard let available else { return 1 }
        return min(VideoCaptioner.largestBatch, max(1, (available - fixed) / 2 / max(1, sequence)))
    }
}
