import Foundation
import NIOHTTP1

/// A response's status, headers and body, with files opened and ranges resolved.
struct OutgoingBody {
    enum Content {
        case none
        case data(Data)
        case file(FilePart)
        case events(AsyncStream<ServerEvent>)
    }

    private(set) var status: Int
    private(set) var headers: [String: String]
    private(set) var content = Content.none
    /// Content length in bytes; nil if unknown.
    private(set) var length: Int? = 0

    /// - Throws: `APIError` 404 for a missing file, 416 for a range outside it.
    init(_ response: ServerResponse, for request: HTTPRequestHead?) async throws {
        (status, headers) = (response.status, response.headers)
        switch response.body {
        case .none: break
        case .data(let data, let type):
            headers["content-type"] = headers["content-type"] ?? type
            (content, length) = (.data(data), data.count)
            if let request, status == 200, let tag = headers["etag"], request.wants(otherThan: tag) == false { setNotModified() }
        case .file(let path, let type):
            headers["content-type"] = headers["content-type"] ?? type
            try await setFile(path, request)
        case .events(let events):
            headers["content-type"] = "text/event-stream; charset=utf-8"
            // Keeps proxies from buffering events.
            headers["x-accel-buffering"] = "no"
            (content, length) = (.events(events), nil)
        }
    }

    private mutating func setFile(_ path: String, _ request: HTTPRequestHead?) async throws {
        let file = try await BlockingWork.shared.run { try OpenFile(path) }
        headers["etag"] = headers["etag"] ?? file.tag
        headers["last-modified"] = HTTPDate.text(file.modified)
        headers["accept-ranges"] = "bytes"
        if let request, status == 200, let tag = headers["etag"], request.wants(otherThan: tag) == false { return setNotModified() }
        var range = 0..<file.size
        if status == 200, let request, let wanted = request.range(of: file, tag: headers["etag"]) {
            guard let wanted = wanted.range(in: file.size) else {
                throw APIError.rangeOutside(size: file.size)
            }
            (status, range) = (206, wanted)
            headers["content-range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
        }
        (content, length) = (.file(FilePart(file, range)), range.count)
    }

    private mutating func setNotModified() {
        (status, content, length) = (304, .none, 0)
        headers["content-type"] = nil
    }
}

extension HTTPRequestHead {
    /// False if the client already has the version with `tag`; nil if the request is not conditional.
    fileprivate func wants(otherThan tag: String) -> Bool? {
        let known = headers[canonicalForm: "if-none-match"].map(String.init)
        if known.isEmpty { return nil }
        return !known.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }

    /// The requested range; nil for the whole file.
    fileprivate func range(of file: OpenFile, tag: String?) -> ByteRange? {
        guard method == .GET || method == .HEAD, let text = headers.first(name: "range"), let range = ByteRange(text) else { return nil }
        // A range of a different version would not fit what the client has.
        if let condition = headers.first(name: "if-range"), condition != tag, condition != HTTPDate.text(file.modified) { return nil }
        return range
    }
}
