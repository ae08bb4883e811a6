import DAMVideo
import Foundation
import Imaging
import TestSupport

@testable import DAMVideoServer

/// The sample model in one engine for all tests, and pictures for it.
enum SampleServer {
    static let engine = Result {
        ServerEngine(
            engine: CaptionEngine(try CaptionModel(directory: Fixtures.sample("model")), limits: CaptionEngine.Limits(batch: 4)),
            segmentation: nil, detector: nil, modelName: "org/sample", modelAliases: ["sample"])
    }

    /// Settings with which no answer is cut short, however long other tests keep the engine.
    static let patient = {
        var settings = ChatSettings()
        settings.replyWithin = .seconds(86400)
        return settings
    }()

    static func chat(_ settings: ChatSettings = patient) throws -> ChatRoutes { try ChatRoutes(engine.get(), settings) }

    /// Stripes of colours with a square in it, others for other numbers.
    private static func sample(_ x: Int, _ y: Int, _ number: Int) -> [UInt8] {
        let colour = isInside(x, y, number) ? [40 * number + 90, 60, 200] : [x * (number + 2), y * 3, 80]
        return colour.map { UInt8(truncatingIfNeeded: $0) }
    }

    private static func isInside(_ x: Int, _ y: Int, _ number: Int) -> Bool {
        (16 + number..<56).contains(x) && (12..<40 + number).contains(y)
    }

    static let width = 96, height = 64

    /// A PNG whose alpha channel is the square.
    static func masked(_ number: Int = 0) -> Data {
        PNGBuilder.png(.rgbAlpha, width: width, height: height) { x, y in sample(x, y, number) + [isInside(x, y, number) ? 255 : 0] }
    }

    /// The same picture without an alpha channel.
    static func plain(_ number: Int = 0) -> Data {
        PNGBuilder.png(.rgb, width: width, height: height) { x, y in sample(x, y, number) }
    }

    /// The square as a mask file with this value.
    static func mask(_ number: Int = 0) -> Data {
        PNGBuilder.png(.grey, width: width, height: height) { x, y in [isInside(x, y, number) ? 1 : 0] }
    }

    static func url(_ data: Data, type: String = "image/png") -> String { "data:\(type);base64,\(data.base64EncodedString())" }

    /// Greedy, and short.
    static var options: CaptionOptions {
        var options = CaptionOptions()
        (options.generation.temperature, options.generation.maxNewTokens) = (0, 40)
        return options
    }
}

/// A request for a chat completion, as a client would write it.
struct ChatCall {
    var fields: [String: Any] = ["temperature": 0, "max_tokens": 40]
    var parts: [[String: Any]] = []
    var system: String?

    init(_ pictures: [Data] = [SampleServer.masked()], text: String? = nil) {
        parts = pictures.map { ["type": "image_url", "image_url": ["url": SampleServer.url($0)]] }
        if let text { parts.insert(["type": "text", "text": text], at: 0) }
    }

    func with(_ field: String, _ value: Any) -> ChatCall {
        var call = self
        call.fields[field] = value
        return call
    }

    func request(_ path: [String] = ["v1", "chat", "completions"]) throws -> ServerRequest {
        var messages: [[String: Any]] = [["role": "user", "content": parts]]
        if let system { messages.insert(["role": "system", "content": system], at: 0) }
        let body = fields.merging(["messages": messages]) { own, _ in own }
        return ServerRequest(
            method: "POST", path: path, headers: ["content-type": "application/json"],
            body: RequestBody(try JSONSerialization.data(withJSONObject: body)))
    }

    /// The JSON of the answer, or of the error with its status.
    func answer(_ routes: ChatRoutes) async throws -> (status: Int, headers: [String: String], json: [String: Any]) {
        let response = await Responder.answering(routes, try request())
        guard case .data(let data, _) = response.body else { return (response.status, response.headers, [:]) }
        return (response.status, response.headers, try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
    }

    /// The events of a stream.
    func events(_ routes: ChatRoutes) async throws -> [ServerEvent] {
        let response = await Responder.answering(routes, try with("stream", true).request())
        guard case .events(let events) = response.body else { return [] }
        var all: [ServerEvent] = []
        for await event in events { all.append(event) }
        return all
    }
}

extension Responder {
    /// A response of some paths as a client gets it, errors among them.
    static func answering(_ routes: any ServerRoutes, _ request: ServerRequest) async -> ServerResponse {
        do {
            return try await routes.respond(to: request) ?? response(to: APIError(404, "no such path"))
        } catch {
            return response(to: APIError(error))
        }
    }
}

extension [String: Any] {
    /// A value by keys and places.
    func at(_ path: Any...) -> Any? {
        var value: Any? = self
        for step in path {
            if let key = step as? String { value = (value as? [String: Any])?[key] }
            if let place = step as? Int { value = (value as? [Any]).flatMap { $0.indices.contains(place) ? $0[place] : nil } }
        }
        return value
    }
}
