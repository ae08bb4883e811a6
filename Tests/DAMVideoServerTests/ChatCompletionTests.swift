import DAMVideo
import Foundation
import Imaging
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, a client of OpenAI's API gets other text than the command line gives, or an answer it cannot parse.
@Suite("Chat completions")
struct ChatCompletionTests {
    private func described(_ picture: Data = SampleServer.masked(), _ options: CaptionOptions = SampleServer.options) throws -> String {
        try ImageDescriber(SampleServer.engine.get().engine).describe(image: picture, mask: nil, options: options)
    }

    @Test("An answer equals the command's")
    func whole() async throws {
        let (status, headers, json) = try await ChatCall().answer(SampleServer.chat())
        #expect(status == 200 && headers["x-damvideo-region"] == "alpha")
        #expect(json.at("choices", 0, "message", "content") as? String == (try described()))
        #expect(json.at("choices", 0, "message", "role") as? String == "assistant")
        #expect(json.at("object") as? String == "chat.completion" && json.at("model") as? String == "org/sample")
        #expect(json.at("created") is Int && (json.at("id") as? String ?? "").hasPrefix("chatcmpl-"))
        let used = ["prompt_tokens", "completion_tokens", "total_tokens"].compactMap { json.at("usage", $0) as? Int }
        #expect(used.count == 3 && used[0] > 16 && used[1] > 1 && used[2] == used[0] + used[1])
        #expect(json.at("damvideo", "region", "box") as? [Int] == [16, 12, 40, 28])
    }

    @Test("User and system messages form the question", arguments: [nil, "Answer in French."] as [String?])
    func words(_ system: String?) async throws {
        var call = ChatCall(text: "What colour is it?"), options = SampleServer.options
        call.system = system
        options.query = [system, "What colour is it?"].compactMap(\.self).joined(separator: "\n")
        let (_, _, json) = try await call.answer(SampleServer.chat())
        #expect(json.at("choices", 0, "message", "content") as? String == (try described(SampleServer.masked(), options)))
    }

    @Test("Several pictures are treated as frames of a clip")
    func frames() async throws {
        let engine = try SampleServer.engine.get().engine
        let caption = try withTemporaryDirectory { folder in
            for name in ["clip", "masks"] {
                try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            for number in 0..<3 {
                try SampleServer.plain(number).write(to: folder.appending(path: "clip/0\(number).png"))
                try SampleServer.mask(number).write(to: folder.appending(path: "masks/0\(number).png"))
            }
            return try VideoCaptioner(engine).caption(
                clip: folder.appending(path: "clip").path, masks: folder.appending(path: "masks").path, options: SampleServer.options)
        }
        let (status, _, json) = try await ChatCall((0..<3).map { SampleServer.masked($0) }).answer(SampleServer.chat())
        #expect(status == 200)
        #expect(caption.tracks.count == 1)
        #expect(json.at("choices", 0, "message", "content") as? String == caption.tracks.first?.caption)
        #expect((json.at("damvideo", "region", "pictures") as? [Any])?.count == 3)
    }

    /// The chunks of a stream, which must end with `[DONE]`.
    private func chunks(_ call: ChatCall) async throws -> [[String: Any]] {
        let events = try await call.events(SampleServer.chat())
        #expect(events.last == ServerEvent(data: "[DONE]"))
        return try events.dropLast().map { try JSONSerialization.jsonObject(with: Data($0.data.utf8)) as? [String: Any] ?? [:] }
    }

    @Test("A stream has the same text in chunks, and ends as clients expect")
    func stream() async throws {
        let options: [String: Any] = ["include_usage": true]
        let chunks = try await self.chunks(ChatCall().with("stream_options", options))
        #expect(chunks.first?.at("choices", 0, "delta", "role") as? String == "assistant")
        #expect(chunks.compactMap { $0.at("choices", 0, "delta", "content") as? String }.joined() == (try described()))
        #expect(["stop", "length"].contains(chunks.dropLast().last?.at("choices", 0, "finish_reason") as? String))
        #expect((chunks.last?["choices"] as? [Any])?.isEmpty == true && chunks.last?.at("usage", "completion_tokens") is Int)
        #expect(chunks.dropLast().allSatisfy { $0["usage"] is NSNull && $0.at("object") as? String == "chat.completion.chunk" })
        #expect(try await self.chunks(ChatCall()).allSatisfy { $0["usage"] == nil })
    }

    @Test("A token limit is kept and reported", arguments: ["max_tokens", "max_completion_tokens"])
    func limit(_ field: String) async throws {
        var call = ChatCall().with(field, 3)
        if field != "max_tokens" { call.fields["max_tokens"] = nil }
        let (_, _, json) = try await call.answer(SampleServer.chat())
        #expect(json.at("choices", 0, "finish_reason") as? String == "length" && json.at("usage", "completion_tokens") as? Int == 3)
    }

    @Test("A stop string ends the answer before it, whole and streamed")
    func stops() async throws {
        let text = try described(), words = text.split(separator: " ")
        try #require(words.count > 3)
        let stop = String(words[2]), expected = String(text[..<(try #require(text.firstRange(of: stop))).lowerBound])
        let (_, _, json) = try await ChatCall().with("stop", [stop, "never"]).answer(SampleServer.chat())
        #expect(json.at("choices", 0, "message", "content") as? String == expected)
        #expect(json.at("choices", 0, "finish_reason") as? String == "stop")
        let chunks = try await self.chunks(ChatCall().with("stop", stop))
        #expect(chunks.compactMap { $0.at("choices", 0, "delta", "content") as? String }.joined() == expected)
    }

    @Test("Log probabilities belong to the generated tokens")
    func probabilities() async throws {
        let call = ChatCall().with("logprobs", true).with("top_logprobs", 3)
        let (_, _, json) = try await call.answer(SampleServer.chat())
        let entries = json.at("choices", 0, "logprobs", "content") as? [[String: Any]] ?? []
        let text = entries.compactMap { $0["token"] as? String }.joined()
        #expect(text.trimmingCharacters(in: .whitespaces) == json.at("choices", 0, "message", "content") as? String)
        for entry in entries {
            let best = entry["top_logprobs"] as? [[String: Any]] ?? [], logprob = entry["logprob"] as? Double ?? 1
            // Greedy decoding: the generated token is the most probable.
            #expect(best.count == 3 && best[0]["token"] as? String == entry["token"] as? String && logprob <= 0)
            let sum = best.compactMap { $0["logprob"] as? Double }.reduce(0) { $0 + exp($1) }
            #expect(sum <= 1.0001 && (best[0]["logprob"] as? Double ?? 0) >= (best[1]["logprob"] as? Double ?? 0))
        }
        let (_, _, plain) = try await ChatCall().answer(SampleServer.chat())
        #expect(plain.at("choices", 0, "logprobs") is NSNull)
    }

    @Test("Equal seeds give equal answers, different seeds different ones")
    func seeds() async throws {
        func text(_ seed: Int) async throws -> String? {
            let call = ChatCall().with("temperature", 2).with("top_p", 1).with("seed", seed)
            return try await call.answer(SampleServer.chat()).json.at("choices", 0, "message", "content") as? String
        }
        let first = try await text(-7)
        #expect(try await first == text(-7) && first?.isEmpty == false)
        var others: Set<String?> = []
        for seed in 0..<6 { others.insert(try await text(seed)) }
        #expect(others.count > 1)
    }

    @Test("Answers under load equal those given alone")
    func load() async throws {
        let expected = try (0..<6).map { try described(SampleServer.masked($0)) }, routes = try SampleServer.chat()
        let found = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for number in 0..<18 {
                group.addTask {
                    let (_, _, json) = try await ChatCall([SampleServer.masked(number % 6)]).answer(routes)
                    return (number, json.at("choices", 0, "message", "content") as? String)
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect((0..<18).allSatisfy { found[$0] == expected[$0 % 6] })
    }

    @Test("Models are listed, and found by each of their names")
    func models() async throws {
        let routes = try SampleServer.chat()
        for path in [["v1", "models", "org", "sample"], ["models", "org/sample"], ["models", "sample"]] {
            let response = await Responder.answering(routes, ServerRequest(method: "GET", path: path))
            #expect(response.status == 200, "\(path)")
        }
        let list = await Responder.answering(routes, ServerRequest(method: "GET", path: ["models"]))
        guard case .data(let data, _) = list.body else { return #expect(Bool(false)) }
        let json = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        #expect(json.at("data", 0, "id") as? String == "org/sample" && json.at("data", 0, "max_model_len") as? Int == 1024)
        #expect(json.at("data", 0, "aliases") as? [String] == ["sample"])
        #expect(await Responder.answering(routes, ServerRequest(method: "GET", path: ["models", "other"])).status == 404)
        #expect(try await ChatCall().with("model", "other").answer(routes).status == 404)
        #expect(try await ChatCall().with("model", "sample").answer(routes).status == 200)
    }
}
