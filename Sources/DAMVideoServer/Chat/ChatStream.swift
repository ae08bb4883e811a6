import DAMVideo
import Foundation

/// An answer as server-sent events.
struct ChatStream: Sendable {
    private let frame: ChatFrame
    private let empty: ChatAnswer
    private let includesUsage: Bool
    private let listsTokens: Bool

    init(_ frame: ChatFrame, _ answer: ChatAnswer, includesUsage: Bool, listsTokens: Bool) {
        (self.frame, empty, self.includesUsage, self.listsTokens) = (frame, answer, includesUsage, listsTokens)
    }

    /// - Parameter ticket: held until the stream ends.
    func events(
        _ events: AsyncStream<ReplyEvent>, _ place: ReplyPace.Place, holding ticket: ChatLoad.Ticket
    ) -> AsyncStream<ServerEvent> {
        AsyncStream { continuation in
            let task = Task {
                do {
                    try await send(events, place) { continuation.yield($0) }
                } catch {
                    let text = try? ServerResponse.text(of: APIError(error))
                    if let text { continuation.yield(ServerEvent(name: "error", data: text)) }
                }
                withExtendedLifetime(ticket) {}
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func send(
        _ events: AsyncStream<ReplyEvent>, _ place: ReplyPace.Place, _ give: (ServerEvent) -> Void
    ) async throws {
        func chunk(_ delta: ChatChunk.Delta, _ tokens: [TokenList.Entry] = [], reason: String? = nil) throws -> ServerEvent {
            let choice = ChatChunk.Choice(
                delta: delta, logprobs: listsTokens && !tokens.isEmpty ? TokenList(content: tokens) : nil, finishReason: reason)
            return try event([choice], usage: includesUsage ? .some(nil) : nil, region: delta.role != nil)
        }
        give(try chunk(ChatChunk.Delta(role: "assistant", content: "")))
        var answer = empty
        for await event in events {
            let growth = try answer.take(event, place)
            if !growth.isEmpty { give(try chunk(ChatChunk.Delta(content: growth.text), growth.tokens)) }
            if growth.isAtEnd { break }
        }
        guard let reason = answer.finishReason else { throw CancellationError() }
        give(try chunk(ChatChunk.Delta(), reason: reason))
        if includesUsage { give(try event([], usage: answer.usage, region: false)) }
        give(ServerEvent(data: "[DONE]"))
    }

    private func event(_ choices: [ChatChunk.Choice], usage: TokenUsage??, region: Bool) throws -> ServerEvent {
        ServerEvent(data: try ServerResponse.text(of: ChatChunk(
            id: frame.id, created: frame.created, model: frame.model, choices: choices, usage: usage,
            damvideo: region ? RegionReport.Container(region: frame.region) : nil)))
    }
}
