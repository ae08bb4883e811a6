import Foundation
import Synchronization

/// A local stand-in for a model hub, with the real one's behaviour: listings with hashes, large files by redirect to another
/// server, ranges, and models that need a token.
package final class StandInHub: Sendable {
    package struct File: Sendable {
        package let data: Data
        /// SHA-256 of a large file, git's SHA-1 of a small one.
        package let hash: String
        package let isLarge: Bool

        package init(_ data: Data, hash: String, isLarge: Bool) {
            (self.data, self.hash, self.isLarge) = (data, hash, isLarge)
        }
    }

    package struct State: Sendable {
        package init() {}

        package var commit = String(repeating: "c0ffee11", count: 5)
        package var files: [String: File] = [:]
        /// `cardData` of the listing, as JSON.
        package var card = #"{"license": "apache-2.0"}"#
        /// Token required for all requests, if set.
        package var token: String?
        package var knowsRanges = true
        /// Called before each answer with the request and its zero-based number; its result is sent instead.
        package var fault: @Sendable (StubServer.Request, Int) -> StubServer.Response? = { _, _ in nil }
    }

    package let name: String
    package let state: Mutex<State>
    private let hub: Mutex<StubServer?> = Mutex(nil)
    private let contents: Mutex<StubServer?> = Mutex(nil)

    /// - Parameter name: name of its only model.
    package init(_ name: String, _ files: [String: File]) throws {
        self.name = name
        var first = State()
        first.files = files
        state = Mutex(first)
        let contents = try StubServer { [weak self] request in self?.content(request) ?? .init(status: 500, body: "") }
        let hub = try StubServer { [weak self] request in self?.answer(request) ?? .init(status: 500, body: "") }
        self.contents.withLock { $0 = contents }
        self.hub.withLock { $0 = hub }
    }

    deinit {
        hub.withLock { $0?.stop() }
        contents.withLock { $0?.stop() }
    }

    /// Requests to the hub, and those to the server of large files.
    package var requests: (hub: [StubServer.Request], contents: [StubServer.Request]) {
        (hub.withLock { $0?.requests ?? [] }, contents.withLock { $0?.requests ?? [] })
    }

    /// Environment variables for a program that uses it with a cache folder.
    package func environment(cache: String) -> [String: String] {
        ["HF_ENDPOINT": "http://127.0.0.1:\(hub.withLock { $0?.port ?? 0 })", "HF_HUB_CACHE": cache, "HOME": cache]
    }

    private func answer(_ request: StubServer.Request) -> StubServer.Response {
        let state = state.withLock { $0 }, count = requests.hub.count + requests.contents.count - 1
        if let fault = state.fault(request, count) { return fault }
        if let token = state.token, request.headers["authorization"] != "Bearer \(token)" {
            let isUnknown = request.headers["authorization"] == nil
            return .init(
                status: isUnknown ? 401 : 403,
                headers: ["X-Error-Code": "GatedRepo", "X-Error-Message": "Access to model \(name) is restricted."],
                body: #"{"error": "restricted"}"#)
        }
        if request.path.hasPrefix("/api/models/\(name)/revision/") { return listing(state, request) }
        let beginning = "/\(name)/resolve/\(state.commit)/"
        guard request.path.hasPrefix(beginning), let file = state.files[String(request.path.dropFirst(beginning.count))] else {
            return .init(status: 404, headers: ["X-Error-Code": "RepoNotFound"], body: #"{"error": "Repository not found"}"#)
        }
        guard file.isLarge else {
            return part(of: file, request, state, ["ETag": "\"\(file.hash)\"", "X-Repo-Commit": state.commit])
        }
        let port = contents.withLock { $0?.port ?? 0 }
        return .init(
            status: 302,
            headers: [
                "Location": "http://127.0.0.1:\(port)/content/\(file.hash)?signature=x", "X-Linked-Size": "\(file.data.count)",
                "X-Linked-Etag": "\"\(file.hash)\"", "X-Repo-Commit": state.commit,
            ], body: "Found")
    }

    private func listing(_ state: State, _ request: StubServer.Request) -> StubServer.Response {
        let revision = request.path.dropFirst("/api/models/\(name)/revision/".count).prefix { $0 != "?" }
        guard ["main", state.commit].contains(String(revision)) else {
            return .init(status: 404, headers: ["X-Error-Code": "RevisionNotFound"], body: #"{"error": "Invalid rev id"}"#)
        }
        let siblings = state.files.sorted { $0.key < $1.key }.map { path, file in
            let pointer = #", "lfs": {"sha256": "\#(file.hash)", "size": \#(file.data.count), "pointerSize": 134}"#
            let blob = file.isLarge ? String(repeating: "0", count: 40) : file.hash
            return #"{"rfilename": "\#(path)", "blobId": "\#(blob)", "size": \#(file.data.count)\#(file.isLarge ? pointer : "")}"#
        }
        let list = siblings.joined(separator: ", ")
        return .init(body: #"{"id": "\#(name)", "sha": "\#(state.commit)", "cardData": \#(state.card), "siblings": [\#(list)]}"#)
    }

    private func content(_ request: StubServer.Request) -> StubServer.Response {
        let state = state.withLock { $0 }, count = requests.hub.count + requests.contents.count - 1
        if let fault = state.fault(request, count) { return fault }
        let hash = request.path.dropFirst("/content/".count).prefix { $0 != "?" }
        guard let file = state.files.values.first(where: { $0.hash == hash }) else { return .init(status: 403, body: "") }
        return part(of: file, request, state, ["ETag": "\"of-the-store\""])
    }

    private func part(
        of file: File, _ request: StubServer.Request, _ state: State, _ headers: [String: String]
    ) -> StubServer.Response {
        guard state.knowsRanges, let range = request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-"),
            let start = range.first.flatMap({ Int($0) })
        else { return .init(headers: headers, data: file.data) }
        guard start < file.data.count else {
            return .init(status: 416, headers: ["Content-Range": "bytes */\(file.data.count)"], body: "")
        }
        let end = min(range.dropFirst().first.flatMap { Int($0) } ?? Int.max, file.data.count - 1)
        return .init(
            status: 206, headers: headers.merging(["Content-Range": "bytes \(start)-\(end)/\(file.data.count)"]) { $1 },
            data: file.data[start...end])
    }
}
