import DAMVideo
import Foundation
import Synchronization

/// OpenAI's API: chat completions and the list of models.
struct ChatRoutes: ServerRoutes {
    private let engine: ServerEngine
    private let settings: ChatSettings
    private let metrics: ServerMetrics
    private let load = ChatLoad()
    private let pace: ReplyPace
    private let models: ModelList

    init(_ engine: ServerEngine, _ settings: ChatSettings = ChatSettings(), metrics: ServerMetrics = ServerMetrics()) {
        (self.engine, self.settings, self.metrics) = (engine, settings, metrics)
        pace = ReplyPace(room: engine.engine.limits.interactiveRoom)
        models = ModelList(data: [ModelList.Entry(engine, created: Int(Date().timeIntervalSince1970))])
    }

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        let path = request.path.first == "v1" ? request.path.dropFirst() : request.path[...]
        switch path.first {
        case "chat" where Array(path) == ["chat", "completions"]:
            guard request.method == "POST" else { throw APIError.notAllowed(request.method, allow: ["POST"]) }
            return try await complete(request) { $0 }
        case "models":
            guard request.method == "GET" else { throw APIError.notAllowed(request.method, allow: ["GET", "HEAD"]) }
            return try models(path.dropFirst().joined(separator: "/"))
        default: return nil
        }
    }

    /// - Parameter id: empty for all models.
    private func models(_ id: String) throws -> ServerResponse {
        if id.isEmpty { return try .json(models) }
        guard engine.isModel(id), let entry = models.data.first else { throw unknownModel(id) }
        return try .json(entry)
    }

    private func unknownModel(_ name: String) -> APIError {
        APIError(404, "found no model \(name.prefix(100)), expected \(engine.modelName)", param: "model", code: "model_not_found")
    }

    /// Answers a chat completion request.
    /// - Parameter translate: converts the body to OpenAI's format.
    /// - Throws: `APIError`.
    func complete(_ request: ServerRequest, translate: @escaping @Sendable (Data) throws -> Data) async throws -> ServerResponse {
        // Refuses before the body arrives if the queue is full anyway.
        try load.check(settings.queue, engine.engine)
        let arrival = ContinuousClock.now, memory = load.reserve(), sent = try await read(request, memory)
        let body = try await BlockingWork.shared.run { try translate(sent) }
        func deadline(isMarked: Bool, streams: Bool) -> ContinuousClock.Instant? {
            ReplyLimit.time(settings.replyWithin, headers: request.headers, isMarked: isMarked, streams: streams).map { arrival + $0 }
        }
        guard let chat = try await chat(body, contentType: request.headers["content-type"]) else {
            guard let upstream = settings.upstream else { throw CancellationError() }
            let answer = UpstreamAnswer(server: upstream, deadline: deadline(isMarked: false, streams: false))
            defer { withExtendedLifetime(memory) {} }
            return try await answer.response(to: body)
        }
        if let name = chat.model, !name.isEmpty, !engine.isModel(name) { throw unknownModel(name) }
        let ticket = try load.enter(settings.queue, engine.engine)
        let preparation = try ChatPreparation(chat, engine, settings)
        let place = pace.enter(until: deadline(isMarked: preparation.marker != nil, streams: chat.streams))
        let prepared = try await Deadline.run(until: place.deadline, orThrow: .tooLate) { [metrics] in
            let began = ContinuousClock.now
            defer { metrics.spent(.now - began, on: .preparing) }
            return try await preparation.prepare()
        }
        withExtendedLifetime(memory) {}
        return try await answer(chat, prepared, place, ticket, request.client)
    }

    private func answer(
        _ chat: ChatRequest, _ prepared: ChatPreparation.Prepared, _ place: ReplyPace.Place, _ ticket: ChatLoad.Ticket,
        _ client: EngineCaller
    ) async throws -> ServerResponse {
        // Tokens are needed one by one if the answer may end at any of them.
        let tellsTokens = chat.streams || !chat.stop.isEmpty || place.deadline != nil
        let events: AsyncStream<ReplyEvent>
        do {
            events = try engine.engine.events(prepared.request, caller: client, tellsTokens: tellsTokens).until(place.deadline)
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
            return ServerResponse(headers: headers, body: .events(stream.events(events, place, holding: ticket)))
        }
        var response = try await ServerResponse.json(whole(answer, events, place, frame, listsTokens: chat.alternatives != nil))
        withExtendedLifetime(ticket) {}
        response.headers.merge(headers) { _, new in new }
        return response
    }

    /// - Parameter memory: reserves memory as the body grows.
    private func read(_ request: ServerRequest, _ memory: ChatLoad.Reservation) async throws -> Data {
        let limit = settings.bodyLimit
        guard request.body.declaredLength ?? 0 <= limit else { throw APIError.tooLarge(limit: limit) }
        var body = Data()
        while let part = try await request.body.next() {
            guard body.count + part.count <= limit else { throw APIError.tooLarge(limit: limit) }
            try memory.grow(by: part.count)
            body.append(part)
        }
        return body
    }

    /// Decodes a request for this server's model.
    /// - Returns: nil for a request that the upstream server answers.
    /// - Throws: `APIError` 400 or 415 for a request that neither server answers.
    private func chat(_ body: Data, contentType: String?) async throws -> ChatRequest? {
        try await BlockingWork.shared.run { [settings] in
            do {
                let chat = try RequestJSON.decode(ChatRequest.self, body, contentType: contentType)
                try chat.checkIsForModel()
                return chat
            } catch {
                let outline = settings.upstream == nil ? nil : try? RequestJSON.decode(ChatOutline.self, body, contentType: contentType)
                guard let outline, outline.isForOthers else { throw error }
                return nil
            }
        }
    }

    private func whole(
        _ empty: ChatAnswer, _ events: AsyncStream<ReplyEvent>, _ place: ReplyPace.Place, _ frame: ChatFrame, listsTokens: Bool
    ) async throws -> ChatCompletion {
        var answer = empty, text = "", tokens: [TokenList.Entry] = []
        for await event in events {
            let growth = try answer.take(event, place)
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

/// Fields common to all chunks of one answer.
struct ChatFrame: Sendable {
    let id: String
    let created: Int
    let model: String
    let region: RegionReport
}
