import DAMVideo
import Imaging
import LanguageModels

/// An answer as it is assembled from the engine's events.
struct ChatAnswer {
    /// Text that an event completed.
    struct Growth {
        var text = ""
        var tokens: [TokenList.Entry] = []
        var isAtEnd = false

        var isEmpty: Bool { text.isEmpty && tokens.isEmpty }
    }

    private let engine: CaptionEngine
    private let metrics: ServerMetrics
    /// False if the text is sent all at once, at the end.
    private let growsByTokens: Bool
    private var text: AnswerText
    /// Tokens whose text is held back, with the byte offset of their end.
    private var waiting: [(end: Int, entry: TokenList.Entry)] = []
    /// Bytes of all generated tokens, and of the text sent so far.
    private var bytes = (drawn: 0, given: 0)
    private var stage: (ServerMetrics.Stage, ContinuousClock.Instant) = (.waiting, .now)

    private(set) var promptTokens = 0
    private(set) var tokens = 0
    /// Nil until the end.
    private(set) var finishReason: String?

    init(_ engine: CaptionEngine, stops: [String], growsByTokens: Bool, _ metrics: ServerMetrics) {
        (self.engine, self.metrics, self.growsByTokens) = (engine, metrics, growsByTokens)
        text = AnswerText(stops: stops)
    }

    var usage: TokenUsage { TokenUsage(promptTokens: promptTokens, completionTokens: tokens) }

    /// - Throws: `APIError` if the answer failed.
    mutating func take(_ event: EngineEvent) throws -> Growth {
        var growth = Growth()
        switch event {
        case .encoding: begin(.encoding)
        case .reading(let count):
            promptTokens = count
            begin(.reading)
        case .drawn(let probability): hold(probability)
        case .token(let part, let count):
            begin(.writing)
            tokens = count
            if growsByTokens { growth.text = text.append(part) }
            if text.isStopped { end("stop", &growth) }
        case .finished(let answer):
            tokens = answer.generation.tokens.count
            growth.text = text.append(growsByTokens ? "" : answer.generation.text) + text.finish()
            end(text.isStopped ? "stop" : answer.generation.finishReason.rawValue, &growth)
        case .failed(let error): throw Self.told(error)
        }
        release(&growth)
        return growth
    }

    /// Handles an event, or ends the answer early if its time is up and it has some text.
    /// - Throws: `APIError` if the answer failed, or has no text at its deadline.
    mutating func take(_ event: ReplyEvent, _ place: ReplyPace.Place) throws -> Growth {
        guard case .engine(let event) = event else {
            guard hasText else { throw APIError.tooLate }
            return cut()
        }
        if case .encoding = event { place.begin() }
        var growth = try take(event)
        guard !growth.isAtEnd, hasText, place.isOver() else { return growth }
        let rest = cut()
        growth.text += rest.text
        growth.tokens += rest.tokens
        growth.isAtEnd = true
        return growth
    }

    private var hasText: Bool { bytes.given > 0 }

    private mutating func cut() -> Growth {
        var growth = Growth()
        growth.text = text.finish()
        end("length", &growth)
        release(&growth)
        return growth
    }

    private static func told(_ error: any Error) -> APIError {
        guard let error = error as? PromptTooLongError else { return APIError(error) }
        return APIError(400, error.description, param: "messages", code: "context_length_exceeded")
    }

    private mutating func end(_ reason: String, _ growth: inout Growth) {
        finishReason = reason
        growth.isAtEnd = true
        metrics.spent(.now - stage.1, on: stage.0)
        metrics.generated(tokens: tokens, of: promptTokens)
        RequestTally.current?.add(tokens: tokens)
    }

    private mutating func begin(_ next: ServerMetrics.Stage) {
        guard next != stage.0 else { return }
        let now = ContinuousClock.now
        metrics.spent(now - stage.1, on: stage.0)
        stage = (next, now)
    }

    private mutating func hold(_ probability: TokenProbability) {
        let model = engine.model.model
        // The token that ends an answer is not part of it.
        guard !model.configuration.language.eosTokens.contains(probability.drawn.token) else { return }
        let entry = TokenList.Entry(probability, model.tokenizer)
        bytes.drawn += entry.drawn.bytes.count
        waiting.append((bytes.drawn, entry))
    }

    /// Reports the tokens whose text was sent. Tokens of a stop string are never reported.
    private mutating func release(_ growth: inout Growth) {
        bytes.given += growth.text.utf8.count
        // White space around the answer is trimmed.
        let slack = text.isStopped ? 1 : growth.isAtEnd ? Int.max / 2 : 1
        let count = waiting.prefix { $0.end <= bytes.given + slack }.count
        growth.tokens = waiting.prefix(count).map(\.entry)
        waiting.removeFirst(count)
    }
}
