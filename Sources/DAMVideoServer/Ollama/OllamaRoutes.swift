import Foundation
import Imaging

/// The part of Ollama's API that describes images, implemented by translating requests to OpenAI's format. Streamed answers are
/// sent as a single chunk.
struct OllamaRoutes: ServerRoutes {
    let chat: ChatRoutes
    let engine: ServerEngine
    /// Version of Ollama that is emulated; clients derive features from it.
    private static let version = "0.9.0"
    private static let methods = ["version": "GET", "tags": "GET", "show": "POST", "chat": "POST", "generate": "POST"]

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        guard request.path.count == 2, request.path[0] == "api", let method = Self.methods[request.path[1]] else { return nil }
        do {
            guard request.method == method else {
                throw APIError.notAllowed(request.method, allow: method == "GET" ? ["GET", "HEAD"] : [method])
            }
            return try await answer(request.path[1], request)
        } catch {
            var response = Responder.response(to: APIError(error))
            response.body = try ServerResponse.json(["error": APIError(error).message]).body
            return response
        }
    }

    private func answer(_ name: String, _ request: ServerRequest) async throws -> ServerResponse {
        switch name {
        case "version": return try .json(["version": Self.version])
        case "tags": return try .json(["models": [Model(name: engine.modelName, model: engine.modelName)]])
        case "show":
            let asked = try await request.json(Named.self), name = asked.model ?? asked.name ?? ""
            guard engine.isModel(OllamaRequest.name(name, of: engine)) else {
                throw APIError(404, "model '\(name.prefix(100))' not found, expected \(engine.modelName)", code: "model_not_found")
            }
            return try .json(Facts(info: ["general.architecture": .text("llama"), "llama.context_length": .number(engine.contextLength)]))
        default: return try await describe(request, isChat: name == "chat")
        }
    }

    private func describe(_ request: ServerRequest, isChat: Bool) async throws -> ServerResponse {
        let began = ContinuousClock.now, kind = OllamaRequest.Kind()
        let response = try await chat.complete(request) { data in
            let asked = try OllamaRequest(data, isChat: isChat)
            kind.set(streams: asked.streams)
            return try asked.body(for: engine)
        }
        guard case .data(let data, _) = response.body, let fields = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw APIError(500, "internal server error", code: "internal_error")
        }
        guard response.status == 200 else {
            let message = (fields["error"] as? [String: Any])?["message"] as? String ?? "status \(response.status)"
            throw APIError(response.status, message, retryAfter: response.headers["retry-after"].flatMap { Int($0) })
        }
        let answer = OllamaAnswer(fields, model: engine.modelName, isChat: isChat, time: .now - began)
        var told = try ServerResponse.json(answer)
        if kind.streams, case .data(let line, _) = told.body {
            told.body = .data(line + Data("\n".utf8), contentType: "application/x-ndjson")
        }
        told.headers.merge(response.headers) { own, _ in own }
        return told
    }

    private struct Named: Decodable { let model, name: String? }

    private struct Model: Encodable {
        let name, model: String
        let details: [String: String] = [:]
    }

    private struct Facts: Encodable {
        enum Value: Encodable {
            case text(String)
            case number(Int)

            func encode(to encoder: any Encoder) throws {
                var value = encoder.singleValueContainer()
                switch self {
                case .text(let text): try value.encode(text)
                case .number(let number): try value.encode(number)
                }
            }
        }

        let details: [String: String] = [:]
        let capabilities = ["completion", "vision"]
        let info: [String: Value]

        private enum CodingKeys: String, CodingKey {
            case details, capabilities
            case info = "model_info"
        }
    }
}
