import Foundation
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, programs that use Ollama's API, such as Frigate, get no captions.
@Suite("Ollama's API")
struct OllamaRoutesTests {
    private func answer(
        _ path: String, _ fields: [String: Any] = [:], method: String = "POST", settings: ChatSettings = ChatSettings()
    ) async throws -> (status: Int, type: String, json: [String: Any]) {
        let routes = try OllamaRoutes(chat: SampleServer.chat(settings), engine: SampleServer.engine.get())
        let body = method == "GET" ? Data() : try JSONSerialization.data(withJSONObject: fields)
        let request = ServerRequest(
            method: method, path: path.split(separator: "/").map(String.init), headers: ["content-type": "application/json"],
            body: RequestBody(body))
        let response = await Responder.answering(routes, request)
        guard case .data(let data, let type) = response.body else { return (response.status, "", [:]) }
        if response.status != 405 {
            let problems = try OpenAPI().problems(method, "/" + path, status: response.status, json: data)
            #expect(problems == [], "\(method) \(path)")
        }
        return (response.status, type, try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
    }

    private let options: [String: Any] = ["temperature": 0, "num_predict": 40, "repeat_penalty": 1.05]

    @Test("Both endpoints give the description of OpenAI's API")
    func descriptions() async throws {
        let expected = try await ChatCall(text: "What is it?").answer(SampleServer.chat()).json
        let text = expected.at("choices", 0, "message", "content") as? String
        let image = SampleServer.masked().base64EncodedString()
        let chat = try await answer("api/chat", [
            "model": "org/sample:latest", "stream": false, "options": options,
            "messages": [["role": "user", "content": "[img]What is it?", "images": [image]]],
        ])
        #expect(chat.status == 200 && chat.json.at("message", "content") as? String == text)
        #expect(chat.json["done"] as? Bool == true)
        #expect(chat.json["done_reason"] as? String == expected.at("choices", 0, "finish_reason") as? String)
        #expect(chat.json["eval_count"] as? Int == expected.at("usage", "completion_tokens") as? Int && chat.type == "application/json")
        let generated = try await answer(
            "api/generate", ["model": "org/sample", "prompt": "What is it?", "images": [image], "options": options])
        #expect(generated.json["response"] as? String == text)
        #expect(generated.type == "application/x-ndjson")
    }

    @Test("The model is listed and shown; others give 404")
    func models() async throws {
        #expect(try await answer("api/tags", method: "GET").json.at("models", 0, "name") as? String == "org/sample")
        let shown = try await answer("api/show", ["model": "org/sample"])
        #expect((shown.json["capabilities"] as? [String])?.contains("vision") == true)
        #expect(shown.json.at("model_info", "llama.context_length") as? Int == 1024 && shown.json["error"] == nil)
        #expect(try await answer("api/show", ["model": "other"]).status == 404)
        #expect(try await answer("api/version", method: "GET").json["version"] is String)
    }

    @Test("Errors are plain strings", arguments: [
        #"{"messages": [{"role": "user", "content": "no picture"}]}"#, #"{"messages": 5}"#, #"{"model": "other", "messages": []}"#,
        #"{"messages": [{"role": "user", "content": "", "images": [5]}]}"#, #"{"messages": [{"role": "user", "images": ["*"]}]}"#,
    ])
    func errors(_ body: String) async throws {
        let (status, _, json) = try await answer(
            "api/chat", JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:])
        #expect(status == 400 && json["error"] is String, "\(json)")
        #expect(try await answer("api/chat", method: "GET").status == 405)
    }

    @Test("Requests for JSON go to the upstream server", .enabled(if: CurlProgram.find() != nil))
    func forms() async throws {
        let choice = #"{"message":{"content":"{\"a\":1}"},"finish_reason":"stop"}"#, usage = #"{"prompt_tokens":3,"completion_tokens":4}"#
        let server = try StubServer { _ in StubServer.Response(body: #"{"choices":[\#(choice)],"usage":\#(usage)}"#) }
        defer { server.stop() }
        var settings = ChatSettings()
        settings.upstream = try UpstreamServer(base: server.base, key: nil, model: nil)
        let fields: [String: Any] = [
            "stream": false, "format": ["type": "object"],
            "messages": [["role": "user", "content": "", "images": [SampleServer.plain().base64EncodedString()]]],
        ]
        let (status, _, json) = try await answer("api/chat", fields, settings: settings)
        #expect(status == 200 && json.at("message", "content") as? String == #"{"a":1}"# && json["eval_count"] as? Int == 4)
        let sent = try JSONSerialization.jsonObject(with: #require(server.requests.last).body) as? [String: Any] ?? [:]
        #expect(sent.at("response_format", "type") as? String == "json_schema")
    }
}
