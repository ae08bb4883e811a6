import DAMVideo
import Foundation
import Synchronization
import Testing

@testable import DAMVideoServer

/// Routes for tests.
private struct TestRoutes: ServerRoutes {
    var file = ""

    private final class Box: Sendable { let value = Mutex(false) }
    private let left = Box()

    var clientLeft: Bool { left.value.withLock { $0 } }

    init(file: String = "") { self.file = file }

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        switch request.path.first {
        case "echo": return ServerResponse(body: .data(try await request.body.collected(limit: 1 << 20), contentType: "text/plain"))
        case "file": return ServerResponse(body: .file(path: file, contentType: "video/mp4"))
        case "fails": throw CocoaError(.fileNoSuchFile, userInfo: ["secret": "prompt"])
        case "only": throw APIError.notAllowed(request.method, allow: ["PUT"])
        case "inject": return ServerResponse(headers: ["x-test": "a\r\nset-cookie: b"], body: .none)
        case "events":
            let left = left
            return ServerResponse(body: .events(AsyncStream { continuation in
                continuation.yield(ServerEvent(name: "first", data: "1"))
                continuation.onTermination = { _ in left.value.withLock { $0 = true } }
            }))
        default: return nil
        }
    }
}

/// If these fail, a client gets no answer, a wrong one, or more than it should.
@Suite("Server socket")
struct ServerSocketTests {
    private static let head = "Host: localhost\r\n"

    private func answer(_ port: Int, _ request: String, finishing: Bool = false) async throws -> String {
        let connection = try RawConnection(port)
        connection.send(request)
        if finishing { connection.finish() }
        return await connection.received()
    }

    private func get(_ path: String, _ headers: String = "", method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\n\(Self.head)Connection: close\r\n\(headers)\r\n"
    }

    @Test("Sequential requests on one connection are answered")
    func keepsOpen() async throws {
        try await RunningServer.with([TestRoutes()]) { port in
            let connection = try RawConnection(port)
            connection.send("POST /echo HTTP/1.1\r\n\(Self.head)Content-Length: 5\r\n\r\nfirst")
            #expect(await connection.received(until: "first").hasPrefix("HTTP/1.1 200 OK\r\n"))
            connection.send("POST /echo HTTP/1.1\r\n\(Self.head)Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
            connection.send("3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n")
            let second = await connection.received()
            #expect(second.hasSuffix("second") && second.contains("x-content-type-options: nosniff"))
        }
    }

    @Test("Pipelined requests are answered in order")
    func pipelined() async throws {
        try await RunningServer.with([TestRoutes()]) { port in
            let one = "POST /echo HTTP/1.1\r\n\(Self.head)Content-Length: 3\r\n\r\none"
            let text = try await answer(port, one + "POST /echo HTTP/1.1\r\n\(Self.head)Connection: close\r\nContent-Length: 3\r\n\r\ntwo")
            let places = try ["one", "two"].map { try #require(text.firstRange(of: "\r\n\r\n" + $0)).lowerBound }
            #expect(places[0] < places[1])
        }
    }

    @Test("A client that waits for 100 Continue receives it")
    func expects() async throws {
        try await RunningServer.with([TestRoutes()]) { port in
            let connection = try RawConnection(port)
            connection.send("POST /echo HTTP/1.1\r\n\(Self.head)Connection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
            #expect(await connection.received(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            connection.send("body")
            #expect(await connection.received().hasSuffix("body"))
        }
    }

    @Test("Malformed requests are answered before the connection closes", arguments: [
        ("GARBAGE\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 400), ("GET /x HTTP/1.1\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400), ("GET /echo HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\ncut", 400), ("GET /echo HTTP/1.1\r\nHo", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: a\r\n", count: 5000))\r\n", 431),
        ("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("GET /echo HTTP/1.1\r\nHost: evil.example.com\r\n\r\n", 403),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ])
    func malformed(_ request: String, _ status: Int) async throws {
        try await RunningServer.with([TestRoutes()]) { port in
            let text = try await answer(port, request, finishing: true)
            #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(60)): \(text.prefix(200))")
            #expect(text.contains(#"{"error":{"code":"#), "\(text.prefix(300))")
        }
    }

    @Test("An oversized body gives 413, before and while it is sent")
    func tooLarge() async throws {
        try await RunningServer.with([TestRoutes()]) { port in
            let declared = try await answer(port, "POST /echo HTTP/1.1\r\n\(Self.head)Content-Length: 99999999\r\n\r\n")
            #expect(declared.hasPrefix("HTTP/1.1 413 "))
            let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
            let head = "POST /echo HTTP/1.1\r\n\(Self.head)Transfer-Encoding: chunked\r\n\r\n"
            let streamed = try await answer(port, head + String(repeating: chunk, count: 20))
            #expect(streamed.hasPrefix("HTTP/1.1 413 ") && streamed.contains("1 MB"))
        }
    }

    @Test("Slow headers and bodies give 408, and idle connections are closed silently")
    func slow() async throws {
        var settings = ServerSettings()
        (settings.limits.head, settings.limits.bodyPause) = (.milliseconds(200), .milliseconds(200))
        try await RunningServer.with([TestRoutes()], settings) { port in
            for request in ["GET /echo HTTP/1.1\r\nHost: a\r\n", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart"] {
                let text = try await answer(port, request)
                #expect(text.hasPrefix("HTTP/1.1 408 "), "\(text.prefix(100))")
            }
            let nothing = try await answer(port, "")
            #expect(nothing.isEmpty)
        }
    }

    @Test("Internal errors reveal nothing to clients or the log")
    func failure() async throws {
        let log = LineLog()
        try await RunningServer.with([TestRoutes()], log: log) { port in
            let text = try await answer(port, get("/fails?q=private"))
            #expect(text.hasPrefix("HTTP/1.1 500 ") && !text.contains("secret") && !text.contains("Cocoa"))
            #expect(try await answer(port, get("/only", method: "DELETE")).contains("\r\nallow: PUT\r\n"))
            #expect(try await !answer(port, get("/inject")).contains("\r\nset-cookie"))
        }
        #expect(log.lines.contains { $0.hasPrefix("GET /fails 500 ") })
        #expect(!log.lines.contains { $0.contains("private") || $0.contains("prompt") })
    }

    @Test("Files are sent whole, in ranges, and not again to clients that have them")
    func files() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "damvideo-tests-\(UUID().uuidString)")
        try Data("0123456789".utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        try await RunningServer.with([TestRoutes(file: path.path)]) { port in
            let whole = try await answer(port, get("/file"))
            #expect(whole.hasPrefix("HTTP/1.1 200 ") && whole.hasSuffix("\r\n\r\n0123456789") && whole.contains("accept-ranges: bytes"))
            let tag = try #require(whole.firstMatch(of: /etag: ("[^"]+")/)).1
            let part = try await answer(port, get("/file", "Range: bytes=2-4\r\n"))
            #expect(part.hasPrefix("HTTP/1.1 206 ") && part.hasSuffix("\r\n\r\n234") && part.contains("content-range: bytes 2-4/10"))
            let fits = try await answer(port, get("/file", "Range: bytes=8-\r\nIf-Range: \(tag)\r\n"))
            #expect(fits.hasPrefix("HTTP/1.1 206 ") && fits.hasSuffix("\r\n\r\n89"))
            #expect(try await answer(port, get("/file", "Range: bytes=8-\r\nIf-Range: \"old\"\r\n")).hasPrefix("HTTP/1.1 200 "))
            let outside = try await answer(port, get("/file", "Range: bytes=10-\r\n"))
            #expect(outside.hasPrefix("HTTP/1.1 416 ") && outside.contains("content-range: bytes */10"))
            let known = try await answer(port, get("/file", "If-None-Match: \(tag)\r\n"))
            #expect(known.hasPrefix("HTTP/1.1 304 ") && known.hasSuffix("\r\n\r\n"))
            let head = try await answer(port, get("/file", method: "HEAD"))
            #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n") && head.contains("content-length: 10"))
        }
        try await RunningServer.with([TestRoutes(file: "/nowhere")]) { port in
            let missing = try await answer(port, get("/file"))
            #expect(missing.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("Events arrive as they occur, and end when the client disconnects")
    func events() async throws {
        let routes = TestRoutes(), log = LineLog()
        var settings = ServerSettings()
        settings.limits.heartbeat = .milliseconds(50)
        try await RunningServer.with([routes], settings, log: log) { port in
            let connection = try RawConnection(port)
            connection.send(get("/events"))
            let text = await connection.received(until: "data: 1\n\n")
            #expect(text.contains("content-type: text/event-stream") && text.contains("event: first\ndata: 1\n\n"))
            #expect(!routes.clientLeft)
            connection.leave()
            // The next heartbeat detects it.
            for _ in 0..<500 where !routes.clientLeft { try await Task.sleep(for: .milliseconds(10)) }
            #expect(routes.clientLeft)
        }
        #expect(log.lines.contains { $0.hasPrefix("GET /events 499 ") })
    }

    @Test("Disconnecting cancels the work for an answer")
    func leaves() async throws {
        let engine = try SampleServer.engine.get().engine
        let free = ServerEngine(
            engine: CaptionEngine(engine.model, limits: .init(batch: 1)), segmentation: nil, detector: nil, modelName: "m")
        let log = LineLog()
        try await RunningServer.with([ChatRoutes(free)], log: log) { port in
            let request = try ChatCall().with("max_tokens", 900).with("stream", true).with("temperature", 2).with("top_p", 1).request()
            let body = try await request.body.collected(limit: 1 << 20)
            let connection = try RawConnection(port)
            connection.send("POST /v1/chat/completions HTTP/1.1\r\n\(Self.head)Content-Type: application/json\r\n")
            connection.send("Content-Length: \(body.count)\r\n\r\n")
            connection.send(body)
            #expect(await connection.received(until: "data: ").hasPrefix("HTTP/1.1 200 "))
            connection.finish()
            for _ in 0..<500 where log.lines.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        }
        // A short answer may be complete by then.
        #expect(log.lines.count == 1 && log.lines[0].firstMatch(of: /completions (?:499|200) \d/) != nil, "\(log.lines)")
    }

    @Test("Until the model is loaded, its paths give 503 and others work")
    func loading() async throws {
        let loaded = LoadedRoutes(), status = StatusRoutes(loaded: loaded, metrics: ServerMetrics()) { throw LoadedRoutes.loading }
        try await RunningServer.with([status, loaded]) { port in
            for path in ["/health", "/v1/models", "/props"] {
                let text = try await answer(port, get(path))
                #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("retry-after: "), "\(path)")
            }
            #expect(try await answer(port, get("/metrics")).hasPrefix("HTTP/1.1 200 "))
            loaded.open([try SampleServer.chat()])
            #expect(try await answer(port, get("/health")).hasPrefix("HTTP/1.1 200 "))
            #expect(try await answer(port, get("/v1/models")).hasPrefix("HTTP/1.1 200 "))
        }
    }
}
