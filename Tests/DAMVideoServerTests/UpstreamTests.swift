import Foundation
import Imaging
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, Frigate's reviews and reports get no answer, or a key reaches the wrong server.
@Suite("Requests for an upstream server", .enabled(if: CurlProgram.find() != nil))
struct UpstreamTests {
    private static let completion =
        #"{"id":"u","object":"chat.completion","created":1,"model":"big","choices":[{"index":0,"finish_reason":"stop","#
        + #""message":{"role":"assistant","content":"{}"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#

    private func routes(_ server: StubServer, key: String? = "upstream-key", model: String? = nil, silence: Int = 20) throws -> ChatRoutes {
        var settings = ChatSettings()
        settings.upstream = try UpstreamServer(base: server.base, key: key, model: model)
        settings.upstream?.silence = silence
        return try SampleServer.chat(settings)
    }

    private static var form: [String: Any] { ["type": "json_schema", "json_schema": ["name": "review", "schema": ["type": "object"]]] }

    private func call(_ path: [String] = ["v1", "chat", "completions"], _ call: ChatCall) throws -> ServerRequest {
        var request = try call.request(path)
        request.headers["authorization"] = "Bearer our-key"
        request.headers["cookie"] = "damvideo-key=our-key"
        return request
    }

    @Test("Requests for JSON or without a picture are forwarded unchanged, with only the upstream key")
    func passedOn() async throws {
        let server = try StubServer { _ in StubServer.Response(headers: ["Content-Type": "application/json"], body: Self.completion) }
        defer { server.stop() }
        let routes = try routes(server)
        var text = ChatCall([], text: "Report.")
        (text.fields["n"], text.fields["tools"]) = (2, [["type": "function"]])
        for call in [ChatCall().with("response_format", Self.form), text, ChatCall().with("response_format", ["type": "json_object"])] {
            let response = await Responder.answering(routes, try self.call(call.with("model", "any")))
            #expect(response.status == 200 && response.headers["x-damvideo-upstream"] == "yes")
            guard case .data(let data, "application/json") = response.body else { return #expect(Bool(false)) }
            #expect(data == Data(Self.completion.utf8))
            let asked = try #require(server.requests.last), body = try call.with("model", "any").request().body
            let expected = try JSONSerialization.jsonObject(with: try await body.collected(limit: 1 << 26)) as? NSDictionary
            #expect(asked.method == "POST" && asked.path == "/v1/chat/completions")
            let sent = try JSONSerialization.jsonObject(with: asked.body) as? NSDictionary
            #expect(sent == expected)
            #expect(asked.headers["authorization"] == "Bearer upstream-key" && asked.headers["cookie"] == nil)
            #expect(!asked.headers.values.contains { $0.contains("our-key") })
        }
        let named = try self.routes(server, key: nil, model: "llava")
        _ = await Responder.answering(named, try call(text))
        let last = try #require(server.requests.last)
        #expect((try JSONSerialization.jsonObject(with: last.body) as? [String: Any])?["model"] as? String == "llava")
        #expect(last.headers["authorization"] == nil)
        // Regions stay here: this model supports them.
        let count = server.requests.count
        #expect(try await ChatCall().answer(routes).status == 200 && server.requests.count == count)
    }

    private func call(_ call: ChatCall) throws -> ServerRequest { try self.call(["v1", "chat", "completions"], call) }

    @Test("Without an upstream server they are refused with a hint")
    func refused() async throws {
        let form = ChatCall().with("response_format", Self.form), text = ChatCall([], text: "Report.")
        for (call, param) in [(form, "response_format"), (text, "messages")] {
            let (status, _, json) = try await call.answer(SampleServer.chat())
            #expect(status == 400 && json.at("error", "param") as? String == param)
            #expect((json.at("error", "message") as? String)?.contains("--upstream") == true)
        }
    }

    @Test("A stream is forwarded event by event, unchanged")
    func streamed() async throws {
        let chunks = [#"{"choices":[{"delta":{"content":"Ünï"}}]}"#, #"{"choices":[]}"#, "[DONE]"]
        let server = try StubServer { _ in
            StubServer.Response(
                headers: ["Content-Type": "text/event-stream"], body: ": hello\r\n\r\n" + chunks.map { "data: \($0)\r\n\r\n" }.joined())
        }
        defer { server.stop() }
        let events = try await ChatCall([], text: "Report.").events(routes(server))
        #expect(events == chunks.map { ServerEvent(data: $0) })
    }

    @Test("A truncated stream ends with an error")
    func broken() async throws {
        let server = try StubServer { _ in
            var response = StubServer.Response(headers: ["Content-Type": "text/event-stream"], body: "data: 1\n\ndata: 2\n\ndata: 3\n\n")
            response.cut = 18
            return response
        }
        defer { server.stop() }
        let events = try await ChatCall([], text: "Report.").events(routes(server))
        #expect(events.prefix(2) == [ServerEvent(data: "1"), ServerEvent(data: "2")] && events.last?.name == "error" && events.count == 3)
    }

    @Test("Errors have OpenAI's form, and are not mistaken for this server's own", arguments: [
        (429, #"{"error":{"message":"slow down","type":"rate_limit_error","code":"r"}}"#, 429, "slow down"),
        (400, #"{"error":{"message":"bad upstream-key"}}"#, 400, "bad ..."), (422, #"{"detail":"no"}"#, 422, "no"),
        (404, #"{"error":{"message":"no such model"}}"#, 404, "no such model"), (404, "<html>", 502, "status 404"),
        (401, #"{"error":{"message":"key upstream-key"}}"#, 502, "refuses"), (500, "Traceback", 502, "status 500"),
        (503, #"{"error":"busy"}"#, 503, "busy"), (302, "", 502, "302"), (200, "hello", 502, "not a chat completion"),
    ] as [(Int, String, Int, String)])
    func errors(_ status: Int, _ body: String, _ told: Int, _ words: String) async throws {
        let server = try StubServer { request in
            request.path == "/far" ? StubServer.Response(body: Self.completion)
                : StubServer.Response(status: status, headers: ["Retry-After": "7", "Location": "/far"], body: body)
        }
        defer { server.stop() }
        let response = await Responder.answering(try routes(server), try call(ChatCall([], text: "Report.")))
        guard case .data(let data, _) = response.body else { return #expect(Bool(false)) }
        let json = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        #expect(response.status == told && (json.at("error", "message") as? String)?.contains(words) == true, "\(json)")
        #expect(json.at("error", "type") is String && !String(decoding: data, as: UTF8.self).contains("upstream-key"))
        #expect(status != 429 || response.headers["retry-after"] == "7")
        #expect(server.requests.count == 1)
    }

    @Test("An unreachable, silent or slow server is distinguished from one that answers with an error")
    func away() async throws {
        let silent = try StubServer { _ in
            Thread.sleep(forTimeInterval: 60)
            return StubServer.Response(body: Self.completion)
        }
        let gone = try StubServer { _ in StubServer.Response(body: "") }, dropping = try StubServer { _ in
            var response = StubServer.Response(body: "")
            response.isDropped = true
            return response
        }
        gone.stop()
        defer { [silent, dropping].forEach { $0.stop() } }
        let call = ChatCall([], text: "Report.")
        #expect(try await call.answer(routes(dropping)).status == 502)
        var settings = ChatSettings()
        settings.upstream = try UpstreamServer(base: silent.base, key: nil, model: nil)
        settings.replyWithin = .milliseconds(50)
        #expect(try await call.answer(SampleServer.chat(settings)).status == 504)
        #expect(try await call.answer(routes(silent, silence: 1)).status == 504)
        let away = try await call.answer(routes(gone))
        #expect(away.status == 502 && away.json.at("error", "code") as? String == "upstream_unreachable")
    }

    @Test(
        "Invalid URLs and keys are refused at startup",
        arguments: ["", "localhost:8000", "ftp://a/v1", "http://", "http://u@h/v1"])
    func addresses(_ base: String) {
        #expect(throws: InputError.self) { try UpstreamServer(base: base, key: nil, model: nil) }
        #expect(throws: InputError.self) { try UpstreamServer(base: "http://a/v1", key: "a\nurl = b", model: nil) }
    }

    @Test("URLs may be those of the API or of its chat endpoint",
        arguments: ["http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/chat/completions"])
    func paths(_ base: String) throws {
        #expect(try UpstreamServer(base: base, key: nil, model: nil).url == "http://h:1/v1/chat/completions")
    }

    @Test("Headers are parsed once complete, and events with any line ending")
    func parsing() throws {
        let bytes = Data("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/event-stream; x\r\nA:b\r\n\r\nrest".utf8)
        let (head, rest) = try #require(UpstreamHead.split(bytes))
        #expect(head.status == 200 && head.isEventStream && head.headers["a"] == "b" && rest == Data("rest".utf8))
        #expect(UpstreamHead.split(bytes.prefix(60)) == nil && UpstreamHead.split(Data("nonsense\r\n\r\n".utf8)) == nil)
        var parser = EventStreamParser(), events: [ServerEvent] = []
        for byte in "event: a\rdata: 1\r\ndata:2\n\ndata\n\n: c\n\nid: 5\ndata: é\r\r".utf8 { events += parser.take(Data([byte])) }
        #expect(events == [ServerEvent(name: "a", data: "1\n2"), ServerEvent(data: ""), ServerEvent(data: "é")])
    }
}
