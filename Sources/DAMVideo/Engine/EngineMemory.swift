import DescribeAnything
import LanguageModels

/// The memory an engine has for answers, and which requests it is enough for.
package struct EngineMemory {
    private let weightBytes: Int
    private let wanted: Int?
    /// Answers of a batch at most.
    let batchLimit: Int
    /// Bytes that were free when no answer of a batch was open.
    private var available: Int?

    init(weightBytes: Int, _ limits: CaptionEngine.Limits) {
        self.weightBytes = weightBytes
        wanted = limits.batch
        batchLimit = max(1, limits.batch ?? CaptionEngine.largestBatch)
    }

    /// Whether a request can be admitted beside those whose answers are open; one always can alone, and a beam search only
    /// so.
    mutating func admits(_ task: EngineTask, beside open: [EngineTask]) -> Bool {
        if open.isEmpty {
            available = AvailableMemory.bytes
            return true
        }
        let tasks = open + [task]
        guard open.count < batchLimit, tasks.allSatisfy({ $0.request.options.numBeams == 1 }) else { return false }
        if wanted != nil { return true }
        let sequence = tasks.map(\.memory.sequenceBytes).max() ?? 0, other = tasks.map(\.memory.otherBytes).max() ?? 0
        return Self.batch(sequence: sequence, fixed: weightBytes + other, available: available) > open.count
    }

    /// Answers that half the free memory has keys and values for: `CaptionEngine.largestBatch` at most, one at least.
    /// - Parameters:
    ///   - sequence: bytes of one answer's keys and values.
    ///   - fixed: bytes that are taken whatever the number, the mapped weights among them.
    ///   - available: bytes that are free; nil when that is not known.
    package static func batch(sequence: Int, fixed: Int, available: Int?) -> Int {
        guard let available else { return 1 }
        return min(CaptionEngine.largestBatch, max(1, (available - fixed) / 2 / max(1, sequence)))
    }
}

/// The memory of one request, counted from the model's shapes.
struct RequestMemory {
    /// Tokens of the prompt, text and frames.
    let promptTokens: Int
    /// The most tokens an answer can have: the limit asked for, or what the context leaves room for.
    let newTokens: Int
    /// Bytes of keys and values, the answer as long as it may be.
    let sequenceBytes: Int
    /// Bytes besides keys and values and the weights: activations, image tokens, and what the caller holds.
    let otherBytes: Int

    /// - Parameters:
    ///   - queryTokens: those of the conversation, one for each frame among them.
    ///   - encodedFrames: frames without repeats; nil when there are none.
    init(
        _ model: DescribeAnythingModel, queryTokens: Int, frames: Int, options: GenerationOptions, callerBytes: Int,
        encodedFrames: Int? = nil
    ) {
        let configuration = model.configuration, shapes = model.memory
        promptTokens = queryTokens - frames + frames * configuration.imageTokens
        newTokens = max(0, min(options.maxNewTokens, configuration.language.contextLength - promptTokens))
        sequenceBytes = (promptTokens + newTokens * options.numBeams) * shapes.cacheBytes
        let frameTokens = (encodedFrames ?? frames) * configuration.imageTokens * 4 * configuration.language.hiddenSize
        otherBytes = max(shapes.frameBytes + frameTokens, promptTokens * shapes.promptTokenBytes) + callerBytes
    }
}
