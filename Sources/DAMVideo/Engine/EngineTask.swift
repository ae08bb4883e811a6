import DescribeAnything
import LanguageModels
import Synchronization

/// A caption to generate: frames of one object and a question.
package struct EngineRequest: Sendable {
    /// The frames' crops in order, with repeats.
    package let crops: [FocalPrompt]
    /// Frame number of each crop; crops of the same frame are encoded once.
    package let frames: [Int]
    /// The question, with a placeholder for each frame.
    package let query: String
    package let options: GenerationOptions
    package let priority: Priority
    /// Bytes that the caller holds meanwhile, in addition to the crops.
    package let callerBytes: Int
    /// Number of alternatives to report with each generated token; nil for no report.
    package var alternatives: Int?

    package enum Priority: Sendable {
        /// Part of a long job.
        case batch
        /// A user is waiting: goes before all batch requests.
        case interactive
    }

    package init(
        crops: [FocalPrompt], frames: [Int]? = nil, query: String, options: GenerationOptions, priority: Priority,
        callerBytes: Int = 0
    ) {
        self.crops = crops
        self.frames = frames ?? Array(crops.indices)
        self.query = query
        self.options = options
        self.priority = priority
        self.callerBytes = callerBytes
    }
}

/// A step of a request, in order: frames encoded, prompt prefilled, tokens, then one end.
package enum EngineEvent: Sendable {
    /// `done` of `total` frames are encoded.
    case encoding(done: Int, total: Int)
    /// The language model begins to prefill the prompt; the crops are released.
    case reading(tokens: Int)
    /// Probabilities of the token in the next event, if requested.
    case drawn(TokenProbability)
    /// A token was generated. `text` is the text it completed, often empty; `tokens` counts from 1.
    case token(text: String, tokens: Int)
    case finished(EngineAnswer)
    /// `PromptTooLongError`, or `CancellationError`.
    case failed(any Error)
}

/// The answer to a request.
package struct EngineAnswer: Sendable {
    package let generation: Generation
    package let promptTokens: Int
    /// Time of the request's own work plus its share of batched work.
    package let time: Duration
}

/// A client of an engine. Callers take turns; one caller's requests stay in order.
public struct EngineCaller: Sendable, Hashable {
    private static let count = Atomic<UInt64>(0)
    private let number = Self.count.add(1, ordering: .relaxed).newValue

    public init() {}
}

/// A request while it is processed by an engine.
package final class EngineTask: Sendable {
    let options: GenerationOptions
    let alternatives: Int?
    let priority: EngineRequest.Priority
    let frames: [Int]
    /// Taken by the engine when the frames are encoded.
    private let crops: Mutex<[FocalPrompt]>
    /// Tokens of the conversation, including one placeholder per frame.
    let tokens: [Int]
    let memory: RequestMemory
    /// The client that made the request.
    let caller: EngineCaller
    let deliver: @Sendable (EngineEvent) -> Void
    private let cancelled = Atomic(false)

    init(
        _ request: EngineRequest, _ model: DescribeAnythingModel, caller: EngineCaller,
        deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        (options, priority, frames) = (request.options, request.priority, request.frames)
        alternatives = request.alternatives
        crops = Mutex(request.crops)
        tokens = model.tokens(query: request.query)
        memory = RequestMemory(
            model, queryTokens: tokens.count, frames: request.frames.count, options: request.options,
            callerBytes: request.callerBytes)
        self.caller = caller
        self.deliver = deliver
    }

    /// Moves the crops out.
    func takeCrops() -> [FocalPrompt] {
        crops.withLock { crops in
            defer { crops = [] }
            return crops
        }
    }

    /// Ends the request before the engine's next step; its last event is then `failed` with a `CancellationError`.
    package func cancel() { cancelled.store(true, ordering: .relaxed) }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
}
