import DescribeAnything
import LanguageModels
import Synchronization

/// A caption to generate: frames of one object and a question.
package struct EngineRequest: Sendable {
    /// The frames' crops in order, repeats included.
    package let crops: [FocalPrompt]
    /// Number of each crop's frame: crops of one frame are encoded once.
    package let frames: [Int]
    /// With a place for each frame.
    package let query: String
    package let options: GenerationOptions
    package let priority: Priority
    /// Bytes that the caller holds meanwhile, besides the crops.
    package let callerBytes: Int
    /// Probable tokens to report with each that is drawn; nil to report nothing.
    package var alternatives: Int?

    package enum Priority: Sendable {
        /// Part of a long job.
        case batch
        /// A person waits for it: goes before all of a batch.
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

/// A step of a request, in the order in which they come: frames encoded, prompt read, tokens, then one end.
package enum EngineEvent: Sendable {
    /// `done` of `total` frames are encoded.
    case encoding(done: Int, total: Int)
    /// The language model begins to read the prompt; the crops are not held any more.
    case reading(tokens: Int)
    /// The token that the next event tells of, where that was asked for.
    case drawn(TokenProbability)
    /// A token was drawn; `text` became certain with it, often none. `tokens` counts from 1.
    case token(text: String, tokens: Int)
    case finished(EngineAnswer)
    /// `PromptTooLongError`, or `CancellationError`.
    case failed(any Error)
}

/// The answer to a request.
package struct EngineAnswer: Sendable {
    package let generation: Generation
    package let promptTokens: Int
    /// The request's own work, and its share of what was done for several at once.
    package let time: Duration
}

/// Whoever makes requests of an engine. Callers take turns; one caller's requests stay in order.
public struct EngineCaller: Sendable, Hashable {
    private static let count = Atomic<UInt64>(0)
    private let number = Self.count.add(1, ordering: .relaxed).newValue

    public init() {}
}

/// A request on its way through an engine.
package final class EngineTask: Sendable {
    let options: GenerationOptions
    let alternatives: Int?
    let priority: EngineRequest.Priority
    let frames: [Int]
    /// Taken by the engine when the frames are encoded.
    private let crops: Mutex<[FocalPrompt]>
    /// Tokens of the conversation, one for each frame among them.
    let tokens: [Int]
    let memory: RequestMemory
    /// Callers take turns.
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

    /// Hands the crops over; there are none afterwards.
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
