import Foundation
import FoundationNetworking
import Imaging

/// A failed request to the hub.
enum HubFailure: Error {
    /// Temporary; may be retried, after some seconds if the server says so.
    case passing(String, after: Double?)
    /// The requested range is beyond the file.
    case noSuchRange

    /// The failure for an HTTP status: temporary, or the final error.
    /// - Parameters:
    ///   - subject: the requested model or file.
    ///   - isOfHub: false for a server that the hub redirected to.
    ///   - hasToken: true if the request had a token.
    static func of(
        _ response: HTTPURLResponse, _ body: Data, subject: String, isOfHub: Bool, hasToken: Bool
    ) -> any Error {
        let status = response.statusCode, host = response.url?.host() ?? "the hub"
        let words = "HTTP \(status) from \(host)" + (message(response, body).map { " (\($0))" } ?? "")
        let code = response.value(forHTTPHeaderField: "X-Error-Code") ?? ""
        func error(_ category: InputError.Category, _ expected: String) -> InputError {
            InputError(category, subject, found: words, expected: expected)
        }
        switch status {
        case 416: return HubFailure.noSuchRange
        case 408, 429, 500...: return HubFailure.passing(words, after: waiting(response))
        // The signed URL has expired; the hub provides a new one.
        case 401, 403, 410: if !isOfHub { return HubFailure.passing(words, after: nil) }
        default: break
        }
        let login = hasToken ? "a token whose user may read it" : "a token in HF_TOKEN, or one that logging in with hf has left"
        switch (status, code) {
        case (401, "GatedRepo"), (403, "GatedRepo"):
            return error(.notFound, "access, to be asked for on the model's page first, and \(login)")
        case (401, _): return error(.notFound, "a model of that name (is it spelled right?), or, if it is private or gated, \(login)")
        case (403, _): return error(.notFound, login)
        case (404, "RevisionNotFound"): return error(.notFound, "a branch, tag or commit of the model")
        case (404, "EntryNotFound"): return error(.notFound, "a file that the hub has listed")
        case (404, _): return error(.notFound, "a model of that name and revision")
        default: return error(.inputOutput, "the file or a redirect to it")
        }
    }

    /// Converts a connection error.
    static func of(_ error: any Error) -> any Error {
        error is URLError || error is CocoaError ? HubFailure.passing(describe(error), after: nil) : error
    }

    private static func describe(_ error: any Error) -> String {
        switch (error as? URLError)?.code {
        case .timedOut: "no answer"
        case .cannotFindHost: "no server with that name"
        case .cannotConnectToHost: "no connection to the server"
        case .networkConnectionLost: "a lost connection"
        default: error.localizedDescription
        }
    }

    /// Upper bound on the characters quoted from a server's message.
    private static let quoted = 200

    private static func message(_ response: HTTPURLResponse, _ body: Data) -> String? {
        struct Body: Decodable { let error: String }
        let text = response.value(forHTTPHeaderField: "X-Error-Message") ?? (try? JSONDecoder().decode(Body.self, from: body))?.error
        let words = text?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.flatMap { $0.isEmpty ? nil : String($0.prefix(quoted)) }
    }

    /// Seconds to wait, according to the server's headers.
    private static func waiting(_ response: HTTPURLResponse) -> Double? {
        response.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init).flatMap { (0..<1e9).contains($0) ? $0 : nil }
    }
}
