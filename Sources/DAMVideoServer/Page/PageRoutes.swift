import DAMVideoPage
import Foundation

/// The web page: `/`, its files under `/page/`, and the API description.
struct PageRoutes: ServerRoutes {
    /// Content security policy: only this server's scripts, styles and media; nothing inline, no framing, no forms to other
    /// sites.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "media-src 'self'", "connect-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")
    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml", "yaml": "application/yaml; charset=utf-8",
    ]

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        switch request.path {
        case []: return try response(to: request, "index.html", PageFiles.bytes(of: "index.html"))
        case ["openapi.yaml"]: return try response(to: request, "openapi.yaml", PackageResources.openapi_yaml)
        case let path where path.first == "page":
            let name = path.dropFirst().joined(separator: "/")
            return try response(to: request, name, name == "index.html" ? nil : PageFiles.bytes(of: name))
        default: return nil
        }
    }

    private func response(to request: ServerRequest, _ name: String, _ bytes: [UInt8]?) throws -> ServerResponse {
        guard let bytes, let type = Self.types[name.split(separator: ".").last.map(String.init) ?? ""] else {
            throw APIError(404, "\(request.path.joined(separator: "/")): found no such file, expected one of the page", code: "not_found")
        }
        guard ["GET", "HEAD"].contains(request.method) else {
            throw APIError(405, "found \(request.method), expected GET", code: "method_not_allowed")
        }
        let tag = "\"\(Self.fingerprint(of: bytes))\""
        let headers = [
            "etag": tag, "cache-control": "no-cache", "content-security-policy": Self.policy, "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        ]
        let known = request.headers["if-none-match", default: ""].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if known.contains(where: { $0 == tag || $0 == "W/" + tag || $0 == "*" }) {
            return ServerResponse(status: 304, headers: headers)
        }
        return ServerResponse(headers: headers, body: .data(Data(bytes), contentType: type))
    }

    /// FNV-1a hash, which only distinguishes versions of a file.
    private static func fingerprint(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
