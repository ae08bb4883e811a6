import Foundation

/// Bytes of an image or clip that a request contains or refers to.
enum MediaSource: Sendable {
    case data(Data)
    case file(String)
}

/// Resolves the URLs of a request's images and clips.
struct MediaReader: Sendable {
    /// Maps a path to a file of the media folder; nil if there is none.
    let root: (@Sendable (String) throws -> String)?
    /// Fetches a URL; nil if that is not allowed.
    let fetch: (@Sendable (URL) async throws -> Data)?

    /// - Throws: `APIError` 400 for an invalid URL, 403 for one that is not allowed, 415 for an unsupported media type.
    func source(_ url: String, param: String) async throws -> MediaSource {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        switch scheme {
        case "data": return .data(try Self.data(url, param: param))
        case "http", "https":
            guard let fetch else { throw refused(scheme, param, "a data: URL, or a server started with --fetch-urls") }
            guard let address = URL(string: url), address.host() != nil else {
                throw Self.bad("no address", "an address with a host", param)
            }
            return .data(try await fetch(address))
        case "file":
            guard let root else { throw refused(scheme, param, "a data: URL, or a server started with --media-root") }
            guard let path = Self.path(url) else { throw Self.bad("no path", "file:PATH", param) }
            return .file(try root(path))
        default: throw Self.bad("no URL of a known kind", "data:, file: or https:", param)
        }
    }

    private func refused(_ scheme: String, _ param: String, _ expected: String) -> APIError {
        APIError(400, "\(param): found a \(scheme): URL, expected \(expected)", param: param, code: "url_refused")
    }

    private static func bad(_ found: String, _ expected: String, _ param: String) -> APIError {
        APIError(400, "\(param): found \(found), expected \(expected)", param: param, code: "invalid_url")
    }

    /// The path of a `file:` URL, with or without `//`.
    private static func path(_ url: String) -> String? {
        var path = url.dropFirst("file:".count)
        if path.hasPrefix("//") {
            path = path.dropFirst(2)
            if path.hasPrefix("localhost/") { path = path.dropFirst("localhost".count) }
        }
        guard let decoded = String(path).removingPercentEncoding, !decoded.isEmpty, !decoded.utf8.contains(0) else { return nil }
        return decoded
    }

    /// The bytes of a `data:` URL.
    static func data(_ url: String, param: String) throws -> Data {
        // Bytes rather than characters, which take seconds for 64 MB.
        let bytes = url.utf8
        guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")), bytes.distance(from: bytes.startIndex, to: comma) < 200 else {
            throw bad("a data: URL without a comma", "data:TYPE;base64,...", param)
        }
        let words = url[..<comma].dropFirst("data:".count).lowercased().split(separator: ";", omittingEmptySubsequences: false)
        guard words.dropFirst().contains("base64") else { throw bad("a data: URL without base64", "data:TYPE;base64,...", param) }
        let type = words.first ?? ""
        guard type.isEmpty || type.hasPrefix("image/") || type.hasPrefix("video/") || type == "application/octet-stream" else {
            throw APIError(
                415, "\(param): found content of type \(type), expected a picture or video", param: param, code: "unsupported_media_type")
        }
        let text = Data(bytes[bytes.index(after: comma)...])
        guard let data = Data(base64Encoded: text) ?? Data(base64Encoded: padded(text)), !data.isEmpty else {
            throw bad("text that is not base64", "base64 of a picture or video", param)
        }
        return data
    }

    /// Base64 without line breaks, padded.
    private static func padded(_ text: Data) -> Data {
        var text = text.filter { ![0x0A, 0x0D, 0x20].contains($0) }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }
}
