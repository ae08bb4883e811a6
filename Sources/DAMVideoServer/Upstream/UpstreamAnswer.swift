import Foundation

/// An upstream server's answer, converted for this server's clients.
struct UpstreamAnswer: Sendable {
    let server: UpstreamServer
    /// Nil to wait as long as the server shows activity.
    let deadline: ContinuousClock.Instant?

    private typealias Parts = AsyncThrowingStream<UpstreamExchange.Part, any Error>

    private static let tooLate = APIError(504, "the upstream server did not answer in time", code: "upstream_timeout")
    private static let source = ["x-damvideo-upstream": "yes"]

    /// - Parameter body: the client's request.
    /// - Throws: `APIError`: 502 if the server cannot be used, 504 on timeout, 429 if too many requests are waiting.
    func response(to body: Data) async throws -> ServerResponse {
        let exchange = UpstreamExchange(server: server)
        return try await Deadline.run(until: deadline, orThrow: Self.tooLate) {
            let parts = try exchange.parts(server.body(body))
            var reader = parts.makeAsyncIterator()
            guard case .head(let head)? = try await reader.next() else {
                throw APIError(502, "the upstream server gave no answer", code: "upstream_error")
            }
            if head.status == 200, head.isEventStream {
                return ServerResponse(headers: Self.source, body: .events(Self.events(parts)))
            }
            var data = Data()
            while case .data(let part)? = try await reader.next() { data += part }
            return try response(head, data)
        }
    }

    private static func events(_ parts: Parts) -> AsyncStream<ServerEvent> {
        AsyncStream { continuation in
            let task = Task {
                var parser = EventStreamParser()
                do {
                    for try await case .data(let part) in parts { for event in parser.take(part) { continuation.yield(event) } }
                } catch {
                    let text = try? ServerResponse.text(of: APIError(error))
                    continuation.yield(ServerEvent(name: "error", data: text ?? "{}"))
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func response(_ head: UpstreamHead, _ data: Data) throws -> ServerResponse {
        let fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        switch head.status {
        case 200:
            guard fields?["choices"] != nil else {
                throw APIError(502, "the upstream server's answer is not a chat completion", code: "upstream_error")
            }
            return ServerResponse(headers: Self.source, body: .data(data, contentType: "application/json"))
        case 401, 403, 407:
            // Not 401: the client would take it for an error about its own key.
            throw APIError(502, "the upstream server refuses this server's key (\(head.status))", code: "upstream_refused")
        case 400..<600:
            // 500 would mean a fault of this server, and 404 an unknown path.
            let isOurs = head.status == 500 || [404, 405].contains(head.status) && fields?["error"] == nil
            var response = try ServerResponse.json(error(head, fields), status: isOurs ? 502 : head.status)
            response.headers = Self.source
            response.headers["retry-after"] = head.headers["retry-after"]
            return response
        default: throw APIError(502, "the upstream server answered with status \(head.status)", code: "upstream_error")
        }
    }

    private struct ErrorBody: Encodable {
        let message, type: String
        let param, code: String?

        private enum CodingKeys: CodingKey { case message, type, param, code }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(message, forKey: .message)
            try values.encode(type, forKey: .type)
            try values.encode(param, forKey: .param)
            try values.encode(code, forKey: .code)
        }
    }

    /// An error in OpenAI's format, whatever the server's own format.
    private func error(_ head: UpstreamHead, _ fields: [String: Any]?) -> [String: ErrorBody] {
        let told = fields?["error"] as? [String: Any]
        let message = [told?["message"], fields?["error"], fields?["message"], fields?["detail"]].lazy.compactMap { $0 as? String }.first
        var text = String((message ?? "status \(head.status)").prefix(Self.longestMessage))
        if let key = server.key { text = text.replacing(key, with: "...") }
        return ["error": ErrorBody(
            message: "the upstream server: \(text)", type: told?["type"] as? String ?? APIError(head.status, "").type,
            param: told?["param"] as? String, code: told?["code"] as? String ?? "upstream_error")]
    }

    /// Upper bound on the characters of an error message.
    private static let longestMessage = 2000
}
