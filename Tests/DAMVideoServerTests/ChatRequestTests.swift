import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, an invalid request is answered as if it were valid, or the wrong region is used.
@Suite("Requests for chat completions")
struct ChatRequestTests {
    @Test("A value out of range or of the wrong type gives 400 and is named", arguments: [
        ("temperature", #"2.5"#), ("temperature", #""hot""#), ("top_p", "1.5"), ("n", "2"), ("max_tokens", "0"), ("max_tokens", "1.5"),
        ("stop", #"[""]"#), ("stop", "3"), ("top_logprobs", "3"), ("messages", "[]"), ("messages", "null"), ("seed", "1e30"),
        ("response_format", #"{"type": "json_schema"}"#), ("stream", #""yes""#),
    ])
    func ranges(_ field: String, _ value: String) async throws {
        var call = ChatCall()
        call.fields[field] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        let (status, _, json) = try await call.answer(SampleServer.chat())
        #expect(status == 400 && json.at("error", "type") as? String == "invalid_request_error")
        #expect(json.at("error", "param") as? String == field || field == "stop" && value == "3", "\(json)")
    }

    @Test("Null counts as absent, and unknown fields are ignored")
    func lenient() async throws {
        var call = ChatCall().with("user", "me").with("tools", [String]()).with("presence_penalty", 1)
        for field in ["temperature", "top_p", "seed", "n", "stop", "stream", "stream_options", "logprobs", "region", "response_format"] {
            call.fields[field] = NSNull()
        }
        #expect(try await call.answer(SampleServer.chat()).status == 200)
    }

    @Test("Bodies that are not requests are refused", arguments: [
        ("", 400), ("{", 400), ("[]", 400), ("null", 400), ("{\"messages\": \"x\"}", 400), ("\u{0}", 400),
        (String(repeating: "[", count: 100_000), 400), (#"{"messages":[{"role":"assistant","content":"x"}]}"#, 400),
        (#"{"messages":[{"role":"user","content":[{"type":"audio"}]}]}"#, 400),
        (#"{"messages":[{"role":"user","content":"no picture"}]}"#, 400),
    ])
    func bodies(_ body: String, _ status: Int) async throws {
        let request = ServerRequest(
            method: "POST", path: ["v1", "chat", "completions"], headers: ["content-type": "application/json"],
            body: RequestBody(Data(body.utf8)))
        #expect(await Responder.answering(try SampleServer.chat(), request).status == status)
    }

    @Test("Wrong content types, methods and sizes are refused")
    func statuses() async throws {
        let routes = try SampleServer.chat()
        var request = try ChatCall().request()
        request.headers["content-type"] = "text/plain"
        #expect(await Responder.answering(routes, request).status == 415)
        let get = await Responder.answering(routes, ServerRequest(method: "GET", path: ["chat", "completions"]))
        #expect(get.status == 405 && get.headers["allow"] == "POST")
        var settings = ChatSettings()
        settings.bodyLimit = 100
        #expect(try await ChatCall().answer(SampleServer.chat(settings)).status == 413)
    }

    @Test("Invalid pictures are refused", arguments: [
        ("data:image/png;base64,iVBORw0KGgo=", 400), ("data:image/png;base64,***", 400), ("data:image/png,abc", 400), ("data:", 400),
        ("data:text/html;base64,aGFsbG8=", 415), ("http://127.0.0.1/a.png", 400), ("file:///etc/passwd", 400), ("ftp://x/y", 400),
        ("", 400), ("data:application/octet-stream;base64,I0VYVE0zVQo=", 400), ("data:image/png;base64,", 400),
    ])
    func pictures(_ url: String, _ status: Int) async throws {
        var call = ChatCall([])
        call.parts = [["type": "image_url", "image_url": ["url": url]]]
        let (found, _, json) = try await call.answer(SampleServer.chat())
        #expect(found == status && (json.at("error", "param") as? String ?? "").hasPrefix("messages[0].content[0]"), "\(json)")
        #expect(!((json.at("error", "message") as? String ?? "").contains("/proc/")))
    }

    @Test("A picture with too many pixels is refused by its header")
    func bomb() async throws {
        var settings = ChatSettings()
        settings.maximumPixels = SampleServer.width * SampleServer.height - 1
        let (status, _, json) = try await ChatCall().answer(SampleServer.chat(settings))
        #expect(status == 400 && (json.at("error", "message") as? String ?? "").contains("\(settings.maximumPixels)"), "\(json)")
    }

    @Test("A playlist of other files is not accepted as a picture")
    func playlist() async throws {
        try await withFolder { folder in
            try SampleServer.masked().write(to: folder.appending(path: "a.png"))
            let list = Data("ffconcat version 1.0\nfile a.png\n".utf8)
            var call = ChatCall([])
            call.parts = [["type": "image_url", "image_url": ["url": SampleServer.url(list)]]]
            #expect(try await call.answer(SampleServer.chat()).status == 400)
            try list.write(to: folder.appending(path: "list.txt"))
            var settings = ChatSettings()
            settings.media = MediaReader(root: { folder.appending(path: $0).path }, fetch: nil)
            for (name, status) in [("a.png", 200), ("list.txt", 400)] {
                call.parts = [["type": "image_url", "image_url": ["url": "file:\(name)"]]]
                #expect(try await call.answer(SampleServer.chat(settings)).status == status, "\(name)")
            }
        }
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "damvideo-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func region(_ json: [String: Any]) -> [Int]? { json.at("damvideo", "region", "box") as? [Int] }

    @Test("Regions of every kind are read", arguments: [
        (#"{"box": [10, 20, 30, 25]}"#, [10, 20, 30, 25]), (#"{"polygon": [10, 20, 40, 20, 40, 45, 10, 45]}"#, [10, 20, 30, 25]),
        (#"{"polygon": [[10, 20], [40, 20], [40, 45], [10, 45]]}"#, [10, 20, 30, 25]),
        (#"{"polygon": [[0, 0, 10, 0, 10, 10, 0, 10], [50, 20, 60, 20, 60, 30, 50, 30]]}"#, [0, 0, 60, 30]),
        (#"{"rle": {"size": [64, 96], "counts": [64, 64, 6016]}}"#, [1, 0, 1, 64]), (#"{"box": [90, 60, 100, 100]}"#, [90, 60, 6, 4]),
    ])
    func regions(_ region: String, _ box: [Int]) async throws {
        let call = ChatCall([SampleServer.plain()]).with("region", try JSONSerialization.jsonObject(with: Data(region.utf8)))
        let (status, headers, json) = try await call.answer(SampleServer.chat())
        #expect(status == 200 && headers["x-damvideo-region"] == "region" && self.region(json) == box, "\(json)")
    }

    @Test("Empty or outside regions give 422, invalid ones 400", arguments: [
        (#"{"box": [200, 20, 30, 25]}"#, 422), (#"{"box": [10, 10, 0, 5]}"#, 422), (#"{"polygon": [100, 100, 140, 100, 140, 145]}"#, 422),
        (#"{"rle": {"size": [10, 10], "counts": [0, 100]}}"#, 422), (#"{"rle": {"size": [64, 96], "counts": [6144]}}"#, 422),
        (#"{"box": [1, 2, 3]}"#, 400), (#"{"box": [1, 2, 3, 4], "point": [1, 1]}"#, 400), (#"{}"#, 400), (#"{"point": [1, 1]}"#, 400),
        (#"{"rle": {"size": [64, 96], "counts": "x"}}"#, 400), (#"{"polygon": [1, 2, 3, 4]}"#, 400),
        (#"[{"box": [1, 2, 3, 4]}, null]"#, 400),
        (#"{"rle": {"size": [9999999999, 9999999999], "counts": [1]}}"#, 400),
    ])
    func badRegions(_ region: String, _ status: Int) async throws {
        let call = ChatCall([SampleServer.plain()]).with("region", try JSONSerialization.jsonObject(with: Data(region.utf8)))
        let (found, _, json) = try await call.answer(SampleServer.chat())
        #expect(found == status && (json.at("error", "param") as? String ?? "").hasPrefix("region"), "\(json)")
    }

    @Test("The region comes from the alpha channel, the request, the text, or the whole picture, in this order")
    func order() async throws {
        func source(_ call: ChatCall) async throws -> String? { try await call.answer(SampleServer.chat()).headers["x-damvideo-region"] }
        let box = ["box": [1, 1, 20, 20]], marker = "[[damvideo id=7 box=[0.1, 0.1, 0.5, 0.5] t=12.5]] What is it?"
        #expect(try await source(ChatCall([SampleServer.masked()], text: marker).with("region", box)) == "alpha")
        #expect(try await source(ChatCall([SampleServer.plain()], text: marker).with("region", box)) == "region")
        #expect(try await source(ChatCall([SampleServer.plain()], text: marker)) == "marker")
        #expect(try await source(ChatCall([SampleServer.plain()])) == "whole")
        let opaque = PNGBuilder.png(.rgbAlpha, width: 40, height: 40) { x, y in [UInt8(x), UInt8(y), 0, 255] }
        #expect(try await source(ChatCall([opaque])) == "whole")
        let empty = PNGBuilder.png(.rgbAlpha, width: 40, height: 40) { x, y in [UInt8(x), UInt8(y), 0, 0] }
        #expect(try await ChatCall([empty]).answer(SampleServer.chat()).status == 422)
        let (_, _, json) = try await ChatCall([SampleServer.plain()], text: marker).answer(SampleServer.chat())
        #expect(region(json) == [10, 6, 48, 32])
    }

    @Test("A clip's object is the one that the command tracks")
    func clip() async throws {
        let engine = try SampleServer.engine.get().engine
        var options = SampleServer.options
        options.generation.maxNewTokens = 24
        let box = BoundingBox(left: 300, top: 250, width: 90, height: 120)
        let request = ClipRequest(clip: Courtyard.clip, objects: .regions([Region(.box(box), frame: 0)]))
        let captioner = VideoCaptioner(engine), document = try captioner.caption(captioner.plan(request, options: options)).document
        var call = ChatCall([]).with("region", ["box": [300, 250, 90, 120]]).with("max_tokens", 24)
        let data = try Data(contentsOf: URL(filePath: Courtyard.clip))
        call.parts = [["type": "video_url", "video_url": ["url": SampleServer.url(data, type: "video/mp4")]]]
        let (status, headers, json) = try await call.answer(SampleServer.chat())
        #expect(status == 200 && headers["x-damvideo-region"] == "region", "\(json)")
        #expect(json.at("choices", 0, "message", "content") as? String == document.tracks.first?.caption)
        call.fields["region"] = nil
        call.parts = [["type": "input_video", "input_video": ["data": data.base64EncodedString(), "format": "mp4"]]]
        #expect(try await call.answer(SampleServer.chat()).headers["x-damvideo-region"] == "whole")
    }

    @Test("When the queue is full, requests are refused with a time to retry")
    func busy() async throws {
        var settings = ChatSettings()
        settings.queue = 0
        let engine = try SampleServer.engine.get()
        let limited = ServerEngine(
            engine: CaptionEngine(engine.engine.model, limits: CaptionEngine.Limits(batch: 1)), segmentation: nil, detector: nil,
            modelName: "m")
        let routes = ChatRoutes(limited, settings)
        let stream = await Responder.answering(routes, try ChatCall().with("stream", true).request())
        guard case .events(let events) = stream.body else { return #expect(Bool(false)) }
        let refused = await Responder.answering(routes, try ChatCall().request())
        #expect(refused.status == 429 && (refused.headers["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
        for await _ in events {}
        // The slot is free once the stream has ended and is released.
        var status = 429
        for _ in 0..<200 where status == 429 {
            status = await Responder.answering(routes, try ChatCall().request()).status
            if status == 429 { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(status == 200)
    }
}
