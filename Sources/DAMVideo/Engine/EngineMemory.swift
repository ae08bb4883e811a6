import DescribeAnything
import LanguageModels

/// The memory an engine has for answers, and which requests it is enough for.
package struct EngineMemory {
    private let weightBytes: Int
    private let wanted: Int?
    /// Answers of a batch at most.
    let batchLimit: Int
    /// Bytes that were free when no answer was open.
    private var available: Int?

    init(weightBytes: Int, _ limits: CaptionEngine.Limits) {
        self.weightBytes = weightBytes
        wanted = limits.batch
        batchLimit = limits.batchLimit
    }

    /// True if a request of a batch can be admitted beside all that are open; one always can when no other of a batch is,
    /// and a beam search only then.
    func admits(_ task: EngineTask, beside open: [EngineTask]) -> Bool {
        let others = open.filter { $0.priority == .batch }
        if others.isEmpty { return true }
        guard others.count < batchLimit, (others + [task]).allSatisfy({ $0.options.numBeams == 1 }) else { return false }
        return wanted != nil || fits(open + [task])
    }

    /// Looks at the free memory anew; to be called when no answer is open.
    mutating func measure() { available = AvailableMemory.bytes }

    /// True if there is memory for the answers to all of these, each as long as it may be.
    func fits(_ tasks: [EngineTask]) -> Bool {
        let sequence = tasks.map(\.memory.sequenceBytes).max() ?? 0, other = tasks.map(\.memory.otherBytes).max() ?? 0
        return Self.answers(sequence: sequence, fixed: weightBytes + other, available: available) >= tasks.count
    }

    /// Answers of a batch: `answers`, `CaptionEngine.largestBatch` at most.
    package static func batch(sequence: Int, fixed: Int, available: Int?) -> Int {
        min(CaptionEngine.largestBatch, answers(sequence: sequence, fixed: fixed, available: available))
    }

    /// Answers that half the free memory has keys and values for, one at least.
    /// - Parameters:
    ///   - sequence: bytes of one answer's keys and values.
    ///   - fixed: bytes that are taken whatever the number, the mapped weights among them.
    ///   - available: bytes that are free; nil when that is not known.
    private static func answers(sequence: Int, fixed: Int, available: Int?) -> Int {
        guard let available else { return 1 }
        return max(1, (available - fixed) / 2 / max(1, sequence))
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
