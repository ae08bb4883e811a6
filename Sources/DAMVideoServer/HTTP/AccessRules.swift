import Foundation

/// Access control: requires the server's key, if it has one, and refuses pages of other sites.
struct AccessRules: Sendable {
    /// Nil for a server without a key.
    let key: String?
    /// Origins of other sites whose pages may use the server; `*` for all.
    let origins: Set<String>
    /// Accepted host names in addition to local ones, which other sites cannot use.
    let hosts: Set<String>

    init(key: String?, origins: some Sequence<String> = [], hosts: some Sequence<String> = []) {
        self.key = key
        self.origins = Set(origins.map { $0.lowercased() })
        self.hosts = Set(hosts.map { $0.lowercased() })
    }

    /// Cookie with the key, for requests of the server's own page that cannot set a header.
    static let cookie = "damvideo-key"

    /// - Throws: `APIError` 401 without the key, 403 for a page of another site, 400 for a request without `Host`.
    func check(_ request: ServerRequest) throws {
        try checkHost(request.headers["host"])
        try checkOrigin(request)
        if let key, !Self.isOpen(request.path), !Self.isEqual(Self.key(in: request.headers), key) {
            throw APIError(401, "found no key or a wrong one, expected Authorization: Bearer KEY", code: "invalid_api_key")
        }
    }

    /// CORS headers for a page of another site.
    func headers(for origin: String?) -> [String: String] {
        guard let origin, isListed(origin) else { return [:] }
        return [
            "access-control-allow-origin": origin, "vary": "origin",
            "access-control-expose-headers": "x-damvideo-region, retry-after, x-request-id",
        ]
    }

    /// The answer to a CORS preflight request; nil for other requests.
    func preflight(_ request: ServerRequest) -> ServerResponse? {
        guard request.method == "OPTIONS", let origin = request.headers["origin"], isListed(origin) else { return nil }
        return ServerResponse(status: 204, headers: [
            "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE", "access-control-max-age": "600",
            "access-control-allow-headers": "authorization, content-type, range",
        ])
    }

    /// True for paths that need no key: the page itself, which asks for the key, and the health check.
    private static func isOpen(_ path: [String]) -> Bool {
        path.isEmpty || path.first == "page" || path == ["health"] || path == ["openapi.yaml"] || path == ["favicon.ico"]
    }

    /// Refuses unknown host names: a DNS rebinding attack addresses the server by the attacker's name.
    private func checkHost(_ host: String?) throws {
        guard let host, !host.isEmpty else { throw APIError(400, "found no header Host, expected one", code: "host_missing") }
        let name = Self.name(host)
        let isAddress = name.hasPrefix("[") || name.split(separator: ".").allSatisfy { UInt8($0) != nil }
        let isLocal = !name.contains(".") || [".local", ".localhost", ".internal", ".lan", ".home.arpa"].contains(where: name.hasSuffix)
        guard isAddress || isLocal || hosts.contains(name) else {
            throw APIError(
                403, "found an unknown name of this server, expected an address, a local name or one by --allow-host", code: "host_refused")
        }
    }

    private func checkOrigin(_ request: ServerRequest) throws {
        let refusal = APIError(403, "found a page of another site, expected one by --cors", code: "origin_refused")
        if let origin = request.headers["origin"] {
            let own = request.headers["host"].map { ["http://\($0.lowercased())", "https://\($0.lowercased())"] } ?? []
            guard own.contains(origin.lowercased()) || isListed(origin) else { throw refusal }
        } else if request.headers["sec-fetch-site"] == "cross-site", request.headers["sec-fetch-mode"] != "navigate", origins.isEmpty {
            throw refusal
        }
    }

    private func isListed(_ origin: String) -> Bool { origins.contains("*") || origins.contains(origin.lowercased()) }

    /// A `Host` without its port, in lowercase.
    private static func name(_ host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("[") { return host.firstIndex(of: "]").map { String(host[...$0]) } ?? host }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? host
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    private static func key(in headers: [String: String]) -> String {
        let words = (headers["authorization"] ?? "").split(separator: " ", maxSplits: 1)
        if words.count == 2, words[0].lowercased() == "bearer" { return words[1].trimmingCharacters(in: .whitespaces) }
        for part in (headers["cookie"] ?? "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if pair.count == 2, pair[0] == cookie { return pair[1].removingPercentEncoding ?? pair[1] }
        }
        return ""
    }

    /// Compares in constant time, so that timing does not reveal a partly correct key.
    static func isEqual(_ found: String, _ expected: String) -> Bool {
        let found = Array(found.utf8), expected = Array(expected.utf8)
        var difference = found.count ^ expected.count
        for index in expected.indices { difference |= Int(expected[index] ^ (index < found.count ? found[index] : 0)) }
        return difference == 0
    }
}
