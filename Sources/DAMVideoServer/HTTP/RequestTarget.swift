import DAMVideo
import Foundation
import NIOHTTP1

extension ServerRequest {
    /// Converts a request for the handlers.
    /// - Throws: `APIError` 400 for an invalid target, or contradictory headers.
    init(_ head: HTTPRequestHead, body: IncomingBody, client: EngineCaller) throws {
        let (path, query) = try Self.target(head.uri)
        var headers: [String: String] = [:]
        for (name, value) in head.headers {
            let name = name.lowercased()
            if headers[name] != nil, ["host", "authorization", "content-type", "origin", "range"].contains(name) {
                throw APIError(400, "found the header \(name) twice", code: "malformed_request")
            }
            headers[name] = headers[name].map { $0 + ", " + value } ?? value
        }
        self.init(
            // HEAD is handled as GET; the writer omits the body.
            method: head.method == .HEAD ? "GET" : head.method.rawValue, path: path, query: query, headers: headers,
            body: RequestBody(declaredLength: body.declaredLength) { try await body.next() }, client: client)
    }

    /// Path and query of a request's target.
    static func target(_ text: String) throws -> (path: [String], query: [String: String]) {
        var target = text[...]
        if let scheme = target.range(of: "://"), !target.hasPrefix("/") {
            let rest = target[scheme.upperBound...]
            target = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        guard target.hasPrefix("/") else { throw malformed }
        let parts = target.prefix { $0 != "#" }.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = try parts[0].split(separator: "/").map { try decoded($0) }
        guard !path.contains(where: { $0 == "." || $0 == ".." }) else { throw malformed }
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.replacing("+", with: " ").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[try decoded(sides[0])] = sides.count > 1 ? try decoded(sides[1]) : ""
        }
        return (path, query)
    }

    private static func decoded(_ text: Substring) throws -> String {
        let decoded = String(text).removingPercentEncoding
        guard let decoded, !decoded.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { throw malformed }
        return decoded
    }

    private static let malformed = APIError(400, "found a request target that is not a path, expected a path", code: "malformed_target")
}
