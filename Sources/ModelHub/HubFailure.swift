import Foundation
import FoundationNetworking
import Imaging

/// An answer of the hub that is not what was asked for.
enum HubFailure: Error {
    /// Worth another try, after some seconds if the server says so.
    case passing(String, after: Double?)
    /// A range of a file that the server does not have.
    case noSuchRange

    /// The failure that a status means, or the error if it is no use to try again.
    /// - Parameters:
    ///   - subject: the model or file that was asked for.
    ///   - isOfHub: false for a server that the hub has sent us to.
    ///   - hasToken: whether the hub was told who asks.
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
        // A signed address has run out: the hub gives another.
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
        default: return error(.inputOutput, "the file or an address of it")
        }
    }

    /// The failure of a connection.
    static func of(_ error: any Error) -> any Error {
        error is URLError || error is CocoaError ? HubFailure.passing(describe(error), after: nil) : error
    }

    private static func describe(_ error: any Error) -> String {
        switch (error as? URLError)?.code {
        case .timedOut: "no sign of the server"
        case .cannotFindHost: "no server of that name"
        case .cannotConnectToHost: "no connection to the server"
        case .networkConnectionLost: "the connection lost"
        default: error.localizedDescription
        }
    }

    /// Largest message of a server that is quoted, in characters.
    private static let quoted = 200

    private static func message(_ response: HTTPURLResponse, _ body: Data) -> String? {
        struct Body: Decodable { let error: String }
        let text = response.value(forHTTPHeaderField: "X-Error-Message") ?? (try? JSONDecoder().decode(Body.self, from: body))?.error
        let words = text?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.flatMap { $0.isEmpty ? nil : String($0.prefix(quoted)) }
    }

    /// Seconds that the server asks to wait, as hubs give them.
    private static func waiting(_ response: HTTPURLResponse) -> Double? {
        response.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init).flatMap { (0..<1e9).contains($0) ? $0 : nil }
    }
}
