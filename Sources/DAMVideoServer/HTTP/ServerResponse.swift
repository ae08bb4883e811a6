import Foundation

/// A response made by a handler, independent of the web framework.
struct ServerResponse: Sendable {
    var status = 200
    /// Keyed by lowercase name.
    var headers: [String: String] = [:]
    var body = Body.none

    enum Body: Sendable {
        case none
        case data(Data, contentType: String)
        /// A file, whole or the requested range.
        case file(path: String, contentType: String)
        /// Server-sent events. The producer must stop its work when the reader is gone (`onTermination`).
        case events(AsyncStream<ServerEvent>)
    }

    /// - Throws: `EncodingError`.
    static func json(_ value: some Encodable, status: Int = 200) throws -> ServerResponse {
        ServerResponse(status: status, body: .data(try data(of: value), contentType: "application/json"))
    }

    /// A value as JSON on one line.
    /// - Throws: `EncodingError`.
    static func text(of value: some Encodable) throws -> String { String(decoding: try data(of: value), as: UTF8.self) }

    private static func data(of value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return try encoder.encode(value)
    }
}

/// One server-sent event.
struct ServerEvent: Sendable, Equatable {
    /// Nil for a message without an `event` line.
    var name: String?
    /// May have several lines.
    var data: String

    /// Wire format.
    var text: String {
        let lines = data.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }.map { "data: \($0)\n" }
        return (name.map { "event: \($0)\n" } ?? "") + lines.joined() + "\n"
    }
}

/// Handler of some of the server's paths.
protocol ServerRoutes: Sendable {
    /// - Returns: nil for a path that it does not handle.
    /// - Throws: `APIError`; any other error is answered with 500, without its text.
    func respond(to request: ServerRequest) async throws -> ServerResponse?
}
