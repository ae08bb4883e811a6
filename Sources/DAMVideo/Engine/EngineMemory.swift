import DescribeAnything
import LanguageModels

/// Memory that an engine has for answers, and the decision which requests fit.
package struct EngineMemory {
    private let weightBytes: Int
    private let wanted: Int?
    /// Upper bound on batch answers.
    let batchLimit: Int
    /// Bytes that were available when no answer was open.
    private var available: Int?

    init(weightBytes: Int, _ limits: CaptionEngine.Limits) {
        self.weightBytes = weightBytes
        wanted = limits.batch
        batchLimit = limits.batchLimit
    }

    /// True if a batch request can be admitted next to all open ones. The only batch request is always admitted; beam search is
    /// admitted only as such.
    func admits(_ task: EngineTask, beside open: [EngineTask]) -> Bool {
        let others = open.filter { $0.priority == .batch }
        if others.isEmpty { return true }
        guard others.count < batchLimit, (others + [task]).allSatisfy({ $0.options.numBeams == 1 }) else { return false }
        return wanted != nil || fits(open + [task])
    }

    /// Measures the available memory again; call it when no answer is open.
    mutating func measure() { available = AvailableMemory.bytes }

    /// True if all these answers fit at their maximum length.
    func fits(_ tasks: [EngineTask]) -> Bool {
        let sequence = tasks.map(\.memory.sequenceBytes).max() ?? 0, other = tasks.map(\.memory.otherBytes).max() ?? 0
        return Self.answers(sequence: sequence, fixed: weightBytes + other, available: available) >= tasks.count
    }

    /// Number of batch answers: `answers`, at most `CaptionEngine.largestBatch`.
    package static func batch(sequence: Int, fixed: Int, available: Int?) -> Int {
        min(CaptionEngine.largestBatch, answers(sequence: sequence, fixed: fixed, available: available))
    }

    /// Number of answers whose KV caches fit half the available memory; at least one.
    /// - Parameters:
    ///   - sequence: bytes of one answer's KV cache.
    ///   - fixed: bytes taken whatever the number, including the mapped weights.
    ///   - available: available bytes; nil if unknown.
    private static func answers(sequence: Int, fixed: Int, available: Int?) -> Int {
        guard let available else { return 1 }
        return max(1, (available - fixed) / 2 / max(1, sequence))
    }
}

/// The memory of one request, counted from the model's shapes.
struct RequestMemory {
    /// Tokens in the prompt: text and frames.
    let promptTokens: Int
    /// Upper bound on an answer's tokens: the requested limit, or the room left in the context.
    let newTokens: Int
    /// Bytes of the KV cache at the answer's maximum length.
    let sequenceBytes: Int
    /// Other bytes except the weights: activations, image tokens, and the caller's.
    let otherBytes: Int

    /// - Parameters:
    ///   - queryTokens: tokens of the conversation, including one placeholder per frame.
    ///   - encodedFrames: number of distinct frames; nil when there are none.
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
