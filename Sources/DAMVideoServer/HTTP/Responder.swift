import DAMVideo
import Foundation
import Imaging
import Logging
import NIOHTTP1

/// Dispatches requests to the server's routes.
struct Responder: Sendable {
    let routes: [any ServerRoutes]
    let access: AccessRules
    let logger: Logger
    let metrics: ServerMetrics

    /// - Returns: an error response for a request that cannot be answered.
    func response(to head: HTTPRequestHead, body: IncomingBody, client: EngineCaller) async -> ServerResponse {
        do {
            let request = try ServerRequest(head, body: body, client: client)
            return await response(to: request)
        } catch {
            return Self.response(to: APIError(error))
        }
    }

    func response(to request: ServerRequest) async -> ServerResponse {
        var response: ServerResponse
        do {
            if let preflight = access.preflight(request) { response = preflight } else { response = try await answer(request) }
        } catch {
            let told = APIError(error)
            // The text may contain a prompt or a path; the type is enough to locate the fault.
            if told.status == 500 { logger.error("\(request.method) \(Self.path(request)) failed: \(type(of: error))") }
            response = Self.response(to: told)
        }
        response.headers.merge(access.headers(for: request.headers["origin"])) { own, _ in own }
        return response
    }

    private func answer(_ request: ServerRequest) async throws -> ServerResponse {
        try access.check(request)
        for part in routes {
            if let response = try await part.respond(to: request) { return response }
        }
        throw APIError(404, "no such path", code: "path_not_found")
    }

    static func response(to error: APIError) -> ServerResponse {
        var response = (try? ServerResponse.json(error, status: error.status)) ?? ServerResponse(status: error.status)
        if error.status == 401 { response.headers["www-authenticate"] = "Bearer" }
        response.headers["retry-after"] = error.retryAfter.map(String.init)
        response.headers["allow"] = error.allow?.joined(separator: ", ")
        response.headers["content-range"] = error.fileSize.map { "bytes */\($0)" }
        return response
    }

    private static func path(_ request: ServerRequest) -> String { "/" + request.path.joined(separator: "/") }

    /// Logs one line per request, without its query, which may be a search for a person.
    /// - Parameter head: nil for an invalid request.
    func log(_ head: HTTPRequestHead?, _ sent: ResponseWriter.Sent, since began: ContinuousClock.Instant, _ tally: RequestTally) {
        let time = ContinuousClock.now - began, path = head.map { $0.uri.prefix { $0 != "?" && $0 != "#" } } ?? "-"
        // The status counts only if the client received the whole response.
        let status = sent.isWhole ? sent.status : 499
        metrics.answered(status: status, after: time)
        let tokens = tally.tokens > 0 ? " \(tally.tokens) tokens" : ""
        let request = "\(head?.method.rawValue ?? "-") \(path.prefix(Self.longestPath))"
        logger.log(level: status == 500 ? .error : .info, "\(request) \(status) \(Int(time / .milliseconds(1))) ms\(tokens)")
    }

    private static let longestPath = 200
}
