import DAMVideo
import Foundation
import Synchronization

/// OpenAI's API: chat completions, and the model that makes them.
struct ChatRoutes: ServerRoutes {
    private let engine: ServerEngine
    private let settings: ChatSettings
    private let metrics: ServerMetrics
    private let load = ChatLoad()
    /// Seconds since 1970.
    private let created = Int(Date().timeIntervalSince1970)

    init(_ engine: ServerEngine, _ settings: ChatSettings = ChatSettings(), metrics: ServerMetrics = ServerMetrics()) {
        (self.engine, self.settings, self.metrics) = (engine, settings, metrics)
    }

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        let path = request.path.first == "v1" ? request.path.dropFirst() : request.path[...]
        switch path.first {
        case "chat" where Array(path) == ["chat", "completions"]:
            guard request.method == "POST" else { throw APIError.notAllowed(request.method, allow: ["POST"]) }
            return try await complete(request)
        case "models":
            guard request.method == "GET" else { throw APIError.notAllowed(request.method, allow: ["GET", "HEAD"]) }
            return try models(path.dropFirst().joined(separator: "/"))
        default: return nil
        }
    }

    // MARK: Models

    private struct ModelEntry: Encodable {
        let id: String
        let object = "model"
        let created: Int
        let ownedBy = "damvideo"
        let maxModelLen: Int

        enum CodingKeys: String, CodingKey {
            case id, object, created
            case ownedBy = "owned_by"
            case maxModelLen = "max_model_len"
        }
    }

    private struct ModelList: Encodable {
        let object = "list"
        let data: [ModelEntry]
    }

    /// - Parameter id: empty for all.
    private func models(_ id: String) throws -> ServerResponse {
        let entry = ModelEntry(
            id: engine.modelName, created: created, maxModelLen: engine.engine.model.model.configuration.language.contextLength)
        if id.isEmpty { return try .json(ModelList(data: [entry])) }
        guard id == engine.modelName else { throw unknownModel(id) }
        return try .json(entry)
    }

    private func unknownModel(_ name: String) -> APIError {
        APIError(404, "found no model \(name.prefix(100)), expected \(engine.modelName)", param: "model", code: "model_not_found")
    }

    // MARK: Completions

    private func complete(_ request: ServerRequest) async throws -> ServerResponse {
        // Whoever has to wait anyway need not send a body first.
        try load.check(settings.queue, engine.engine)
        let memory = load.reserve(), chat = try await read(request, memory)
        if let name = chat.model, !name.isEmpty, name != engine.modelName { throw unknownModel(name) }
        let ticket = try load.enter(settings.queue, engine.engine)
        let began = ContinuousClock.now
        let prepared = try await ChatPreparation(chat, engine, settings).prepare()
        withExtendedLifetime(memory) {}
        metrics.spent(.now - began, on: .preparing)
        let tellsTokens = chat.streams || !chat.stop.isEmpty
        let events: AsyncStream<EngineEvent>
        do {
            events = try engine.engine.events(prepared.request, caller: request.client, tellsTokens: tellsTokens)
        } catch {
            throw load.refusal()
        }
        metrics.waiting(engine.engine.waiting)
        let id = "chatcmpl-" + UUID().uuidString.lowercased().replacing("-", with: "")
        let answer = ChatAnswer(engine.engine, stops: chat.stop, growsByTokens: tellsTokens, metrics)
        let frame = ChatFrame(id: id, created: Int(Date().timeIntervalSince1970), model: engine.modelName, region: prepared.region)
        let headers = ["x-damvideo-region": prepared.region.source.rawValue, "x-request-id": id]
        if chat.streams {
            let stream = ChatStream(frame, answer, includesUsage: chat.includesUsage, listsTokens: chat.alternatives != nil)
            return ServerResponse(headers: headers, body: .events(stream.events(events, holding: ticket)))
        }
        var response = try await ServerResponse.json(whole(answer, events, frame, listsTokens: chat.alternatives != nil))
        withExtendedLifetime(ticket) {}
        response.headers.merge(headers) { _, new in new }
        return response
    }

    /// - Parameter memory: grows with the body.
    private func read(_ request: ServerRequest, _ memory: ChatLoad.Reservation) async throws -> ChatRequest {
        let limit = settings.bodyLimit
        guard request.body.declaredLength ?? 0 <= limit else { throw APIError.tooLarge(limit: limit) }
        var body = Data()
        while let part = try await request.body.next() {
            guard body.count + part.count <= limit else { throw APIError.tooLarge(limit: limit) }
            try memory.grow(by: part.count)
            body.append(part)
        }
        let data = body
        return try await BlockingWork.shared.run {
            try RequestJSON.decode(ChatRequest.self, data, contentType: request.headers["content-type"])
        }
    }

    private func whole(
        _ empty: ChatAnswer, _ events: AsyncStream<EngineEvent>, _ frame: ChatFrame, listsTokens: Bool
    ) async throws -> ChatCompletion {
        var answer = empty, text = "", tokens: [TokenList.Entry] = []
        for await event in events {
            let growth = try answer.take(event)
            text += growth.text
            tokens += growth.tokens
            if growth.isAtEnd { break }
        }
        guard let reason = answer.finishReason else { throw CancellationError() }
        let choice = ChatCompletion.Choice(
            message: ChatCompletion.Message(content: text), logprobs: listsTokens ? TokenList(content: tokens) : nil, finishReason: reason)
        return ChatCompletion(
            id: frame.id, created: frame.created, model: frame.model, choices: [choice], usage: answer.usage,
            damvideo: RegionReport.Container(region: frame.region))
    }
}

/// Fields that all parts of one answer share.
struct ChatFrame: Sendable {
    let id: String
    let created: Int
    let model: String
    let region: RegionReport
}
