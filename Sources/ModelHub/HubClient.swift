import Foundation
import FoundationNetworking
import Imaging
import ModelCache
import WebRequests

/// Requests to a hub, and to the servers that it redirects to.
struct HubClient: Sendable {
    /// Seconds without data from a server.
    private static let timeout = 60.0
    /// Upper bound on an answer in memory: a listing of files, or a message.
    private static let largestAnswer = 64 << 20
    private static let mostRedirects = 8

    let endpoint: URL
    private let token: String?
    private let web: WebClient

    /// - Parameter connections: concurrent connections to one server.
    /// - Throws: `InputError` of category `usage` for an invalid URL.
    init(_ environment: HubEnvironment, connections: Int) throws {
        let address = environment.endpoint
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host() != nil else {
            throw InputError(.usage, "HF_ENDPOINT", found: "\"\(address)\"", expected: "an address such as https://huggingface.co")
        }
        try WebAddress.check(url, option: "HF_ENDPOINT")
        (endpoint, token) = (url, environment.token)
        web = WebClient(timeout: Self.timeout, connections: connections)
    }

    /// Properties of a file according to the servers' headers.
    struct Head {
        let status: Int
        /// The hub's hash of the content; nil if missing.
        let hash: String?
        /// Size of the whole content, from the range or length header; nil if missing.
        let size: Int?
        /// Byte offset at which the answer starts.
        let start: Int
    }

    /// The file listing of a revision.
    /// - Throws: `HubFailure`, `InputError`.
    func listing(_ name: ModelName) throws -> HubListing {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        let revision = (name.revision ?? ModelName.defaultRevision).addingPercentEncoding(withAllowedCharacters: plain) ?? ""
        let url = try address("api/models/\(name.identifier)/revision/\(revision)?blobs=true", of: name)
        var body = Data()
        _ = try send("GET", url, subject: "\(name)") { _, data in
            guard body.count + data.count <= Self.largestAnswer else {
                throw InputError(
                    .invalid, "\(name)", found: "a listing of more than \(Self.largestAnswer) bytes", expected: "a shorter one")
            }
            body.append(data)
        }
        return try HubListing(body, of: name)
    }

    /// The hash and size of a file, without downloading it.
    func head(_ path: String, of name: ModelName, commit: String) throws -> Head {
        try send("HEAD", fileAddress(path, of: name, commit: commit), subject: "\(name.identifier)/\(path)") { _, _ in }
    }

    /// Downloads a file.
    /// - Parameters:
    ///   - bytes: the requested range; nil for all.
    ///   - receive: called with each piece of the content, and the offset of the first.
    /// - Throws: `HubFailure`, `InputError`, and what `receive` throws.
    func read(
        _ path: String, of name: ModelName, commit: String, bytes: Range<Int>?, receive: (Head, Data) throws -> Void
    ) throws -> Head {
        let range = bytes.map { "bytes=\($0.lowerBound)-" + ($0.upperBound == Int.max ? "" : "\($0.upperBound - 1)") }
        return try send(
            "GET", fileAddress(path, of: name, commit: commit), range: range, subject: "\(name.identifier)/\(path)", receive: receive)
    }

    private func fileAddress(_ path: String, of name: ModelName, commit: String) throws -> URL {
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ";"))
        let file = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
        return try address("\(name.identifier)/resolve/\(commit)/\(file)", of: name)
    }

    private func address(_ path: String, of name: ModelName) throws -> URL {
        guard let url = URL(string: "\(endpoint.absoluteString)/\(path)") else {
            throw InputError(.usage, "\(name)", found: "no address of \(path)", expected: "one")
        }
        return url
    }

    private func send(
        _ method: String, _ url: URL, range: String? = nil, subject: String, receive: (Head, Data) throws -> Void
    ) throws -> Head {
        var target = url, hash: String?, size: Int?
        for _ in 0...Self.mostRedirects {
            var request = URLRequest(url: target)
            request.httpMethod = method
            request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
            request.setValue("damvideo", forHTTPHeaderField: "User-Agent")
            if let range { request.setValue(range, forHTTPHeaderField: "Range") }
            // The token is only for the hub.
            let isOfHub = isSameServer(target, endpoint)
            if let token, isOfHub { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
            var message = Data()
            func head(_ response: HTTPURLResponse) -> Head {
                Head(response, hash: hash ?? (isOfHub ? ContentHash.name(response) : nil), linkedSize: size)
            }
            let response: HTTPURLResponse
            do {
                response = try web.send(request) { response, data in
                    if (200..<300).contains(response.statusCode) { return try receive(head(response), data) }
                    if message.count < Self.largestAnswer { message.append(data) }
                }
            } catch {
                throw HubFailure.of(error)
            }
            if isOfHub { hash = hash ?? ContentHash.linked(response) }
            size = size ?? response.value(forHTTPHeaderField: "X-Linked-Size").flatMap { Int($0) }
            guard [301, 302, 303, 307, 308].contains(response.statusCode) else {
                guard (200..<300).contains(response.statusCode) else {
                    throw HubFailure.of(response, message, subject: subject, isOfHub: isOfHub, hasToken: token != nil)
                }
                return head(response)
            }
            // The hub's answer suffices; the content's server may not support HEAD.
            if method == "HEAD", hash != nil, size != nil { return head(response) }
            target = try redirected(response, from: target, subject)
        }
        throw InputError(.inputOutput, subject, found: "more than \(Self.mostRedirects) redirects", expected: "the file")
    }

    private func redirected(_ response: HTTPURLResponse, from url: URL, _ subject: String) throws -> URL {
        let location = response.value(forHTTPHeaderField: "Location") ?? ""
        guard let target = URL(string: location, relativeTo: url)?.absoluteURL, let scheme = target.scheme?.lowercased(),
            target.host() != nil, scheme == "https" || scheme == "http" && url.scheme?.lowercased() == "http"
        else {
            throw InputError(
                .inputOutput, subject, found: "a redirect to \"\(location)\"", expected: "an address as safe as \(url.scheme ?? "")")
        }
        return target
    }

    private func isSameServer(_ one: URL, _ other: URL) -> Bool {
        func server(_ url: URL) -> [String?] {
            let scheme = url.scheme?.lowercased()
            return [scheme, url.host()?.lowercased(), "\(url.port ?? (scheme == "https" ? 443 : 80))"]
        }
        return server(one) == server(other)
    }
}

extension HubClient.Head {
    fileprivate init(_ response: HTTPURLResponse, hash: String?, linkedSize: Int?) {
        status = response.statusCode
        self.hash = hash
        // bytes 100-199/1000
        let range = response.value(forHTTPHeaderField: "Content-Range")?.split { " -/".contains($0) }.map(String.init) ?? []
        if status == 206, range.count == 4, let first = Int(range[1]) {
            (start, size) = (first, linkedSize ?? Int(range[3]))
        } else {
            start = 0
            // Otherwise the length is not that of the content.
            let isPlain = status == 200 && ["identity", ""].contains(response.value(forHTTPHeaderField: "Content-Encoding") ?? "")
            let length = isPlain ? response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) } : nil
            size = linkedSize ?? length
        }
    }
}
