import DAMVideo
import Foundation
import Imaging
import Media
import ObjectTracking
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, Frigate's users get captions of something other than their event's object, or of the marker's text.
@Suite("Requests as Frigate sends them")
struct FrigateRequestTests {
    /// A crop as Frigate sends it, with a red square in the centre and another at the corner.
    private static func crop(_ number: Int = 0, width: Int = 500, height: Int = 500) throws -> Data {
        var pixels = [UInt8](repeating: 90, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let place = (y * width + x) * 3, isMiddle = abs(x - width / 2) < 60 && abs(y - height / 2) < 80
                let isRed = isMiddle || x < 60 && y < 60
                pixels[place] = isRed ? 250 : 60
                pixels[place + 1] = isRed ? 10 : UInt8(number * 9)
                pixels[place + 2] = isRed ? 10 : 120
            }
        }
        let encoder = try JPEGEncoder(size: PictureSize(width: width, height: height), quantiser: 2, path: "crop.jpg")
        return Data(try encoder.jpeg(RGBImage(width: width, height: height, pixels: pixels)))
    }

    private static func routes(sam: Bool = false, detector: Bool = false) throws -> ChatRoutes {
        let engine = try SampleServer.engine.get()
        return ChatRoutes(ServerEngine(
            engine: engine.engine, segmentation: sam ? try SegmentationModel(path: Fixtures.path("sam/sam-a")) : nil,
            detector: detector ? try ObjectDetector(path: Fixtures.path("detectors/red.onnx")) : nil,
            modelName: "org/sample"), SampleServer.patient)
    }

    private static let prompt = "[[damvideo id=1719.5-ab12 label=person box=[0.1, 0.2, 0.05, 0.1] t=1719.5]] Describe the person."

    @Test("The object is the central one: from the detector, SAM 2, or else 1/1.4 of the side")
    func centre() async throws {
        for text in [Self.prompt, nil] {
            let call = try ChatCall([Self.crop()], text: text)
            let (status, headers, plain) = try await call.answer(Self.routes())
            #expect(status == 200 && headers["x-damvideo-region"] == "centre", "\(plain)")
            #expect(plain.at("damvideo", "region", "box") as? [Int] == [71, 71, 358, 358])
            let segmented = try await call.answer(Self.routes(sam: true))
            #expect(segmented.headers["x-damvideo-region"] == "centre")
            #expect(segmented.json.at("damvideo", "region", "segmented") as? Bool == true)
            let detected = try await call.answer(Self.routes(detector: true))
            #expect(detected.headers["x-damvideo-region"] == "detector")
            #expect(detected.json.at("damvideo", "region", "label") as? String == "red thing")
            let box = try #require(detected.json.at("damvideo", "region", "box") as? [Int])
            #expect(abs(box[0] + box[2] / 2 - 250) < 60 && abs(box[1] + box[3] / 2 - 250) < 60, "\(box)")
        }
    }

    @Test("One to ten crops give one answer", arguments: [1, 2, 5, 10])
    func counts(_ count: Int) async throws {
        let (status, headers, json) = try await ChatCall((0..<count).map { try Self.crop($0) }, text: Self.prompt).answer(Self.routes())
        #expect(status == 200 && headers["x-damvideo-region"] == "centre", "\(json)")
        #expect((json.at("choices", 0, "message", "content") as? String)?.isEmpty == false)
    }

    @Test("A picture that is not a crop is used whole, or with the marker's box")
    func others() async throws {
        func source(_ data: Data, _ text: String?) async throws -> String? {
            try await ChatCall([data], text: text).answer(Self.routes()).headers["x-damvideo-region"]
        }
        #expect(try await source(Self.crop(width: 320, height: 320), nil) == "whole")
        #expect(try await source(Self.crop(width: 640, height: 500), nil) == "whole")
        #expect(try await source(SampleServer.plain(), Self.prompt) == "marker")
        // Clipped at the frame's border, at the same width.
        #expect(try await source(Self.crop(width: 640, height: 500), Self.prompt) == "centre")
        #expect(try await source(SampleServer.plain(), "[[damvideo id=7 box=None t=None]] What is it?") == "centre")
        // A snapshot shows the part of the frame given by the event's region.
        let snapshot = "[[damvideo id=7 box=[0.5, 0.5, 0.1, 0.1] region=[0.4, 0.4, 0.4, 0.4] t=1]]"
        let json = try await ChatCall([SampleServer.plain()], text: snapshot).answer(Self.routes()).json
        #expect(json.at("damvideo", "region", "box") as? [Int] == [24, 16, 24, 16])
    }

    @Test("No part of a marker reaches the model", arguments: [
        "[[damvideo id=1 box=[0, 0, 1, 1] t=2]] What is it?", "What [[damvideo id=1]] [[damvideo box=[1, 1, 2, 2]]] is it?",
        "What is it? [[damvideo id=1 box=[0.1, 0.2", "[[damvideo label=\"delivery van\" id=x]]What is it?", "What is it?",
    ])
    func prompts(_ text: String) async throws {
        let call = ChatCall([SampleServer.masked()], text: text)
        let plain = try await ChatCall([SampleServer.masked()], text: "What is it?").answer(SampleServer.chat()).json
        let marked = try await call.answer(SampleServer.chat()).json
        #expect(marked.at("usage", "prompt_tokens") as? Int == plain.at("usage", "prompt_tokens") as? Int)
        #expect(marked.at("choices", 0, "message", "content") as? String == plain.at("choices", 0, "message", "content") as? String)
        var system = ChatCall([SampleServer.masked()], text: "What is it?")
        system.system = text.contains("[[") ? "Be brief. [[damvideo id=1]]" : "Be brief."
        var expected = system
        expected.system = "Be brief."
        #expect(try await system.answer(SampleServer.chat()).json.at("usage", "prompt_tokens") as? Int
            == expected.answer(SampleServer.chat()).json.at("usage", "prompt_tokens") as? Int)
    }

    @Test("Marker values are parsed as Python writes them")
    func markers() throws {
        let text = "[[damvideo id=17.3-ab label=\"delivery van\" box=(0.5, 0.25, 0.25, 0.5) region=[0, 0, 1, 1] t=1.5]]"
        let marker = try #require(RegionMarker(text))
        #expect(marker.id == "17.3-ab" && marker.label == "delivery van" && marker.time == 1.5 && marker.text.isEmpty)
        // Takes minutes if it is quadratic.
        #expect(RegionMarker(String(repeating: text, count: 10_000))?.text == "")
        #expect(marker.part == Rectangle(left: 0, top: 0, width: 1, height: 1))
        let none = try #require(RegionMarker("[[damvideo id=7 label=None box=None region=[0, 0, 0, 0] t=None]]"))
        #expect(none.id == "7" && none.label == nil && none.box == nil && none.part == nil && none.time == nil)
    }

    @Test("Endpoints queried by Frigate's providers exist")
    func facts() async throws {
        let engine = try SampleServer.engine.get()
        func json(_ routes: any ServerRoutes, _ path: [String]) async throws -> [String: Any] {
            let response = await Responder.answering(routes, ServerRequest(method: "GET", path: path))
            guard case .data(let data, _) = response.body else { return [:] }
            return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        }
        let models = try await json(SampleServer.chat(), ["v1", "models"])
        #expect(models.at("data", 0, "max_model_len") as? Int == 1024 && models.at("data", 0, "meta", "n_ctx") as? Int == 1024)
        #expect((models.at("data", 0, "architecture", "input_modalities") as? [String])?.contains("image") == true)
        let loaded = LoadedRoutes()
        loaded.open([])
        let props = try await json(StatusRoutes(loaded: loaded, metrics: ServerMetrics()) { engine }, ["props"])
        #expect(props.at("default_generation_settings", "n_ctx") as? Int == 1024 && props.at("modalities", "vision") as? Bool == true)
    }
}
