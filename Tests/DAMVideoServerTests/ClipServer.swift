import DAMVideo
import Foundation
import Masks
import ObjectTracking
import TestSupport
import Testing

@testable import DAMVideoServer

/// The clip routes with the sample model and their own library, without a socket.
final class ClipServer {
    private static let model = Result { try CaptionModel(directory: Fixtures.sample("model")) }
    private let description: OpenAPI

    static let clip = Fixtures.sample("scenes/clips/600006/clip.mp4")
    /// The masks of the sample clip's tracks, in one file.
    static let masks = Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "masks-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try MaskWriter.write(MaskSources.open(Fixtures.sample("scenes/clips/600006/masks")), as: .youtubeVIS, to: path)
        return try Data(contentsOf: URL(filePath: path))
    }

    private var folders: [URL]
    var folder: URL { folders[0] }
    private(set) var routes: ClipRoutes
    private let engine: ServerEngine
    private let mediaRoot: String?
    private let limit: Int

    init(sam: String? = nil, mediaRoot: String? = nil, limit: Int = 16 << 20) throws {
        description = try OpenAPI()
        folders = [FileManager.default.temporaryDirectory.appending(path: "library-\(UUID().uuidString)")]
        let segmentation = try sam.map { try SegmentationModel(path: Fixtures.path("sam/\($0)")) }
        engine = ServerEngine(
            engine: CaptionEngine(try Self.model.get()), segmentation: segmentation, detector: nil, modelName: "sample")
        (self.mediaRoot, self.limit) = (mediaRoot, limit)
        routes = try Self.routes(engine, folders[0], mediaRoot, limit)
    }

    deinit { for folder in folders { try? FileManager.default.removeItem(at: folder) } }

    private static func routes(_ engine: ServerEngine, _ folder: URL, _ mediaRoot: String?, _ limit: Int) throws -> ClipRoutes {
        ClipRoutes(
            engine, library: try ClipLibrary(folder: folder.path), mediaRoot: try mediaRoot.map(MediaRoot.init), uploadLimit: limit)
    }

    /// Continues from the state of a killed server: a copy of its library, which it may still hold open.
    /// - Parameter change: applied to the files first.
    func restart(_ change: (ClipLibrary) throws -> Void = { _ in }) throws {
        try change(routes.library)
        let left = folder.appendingPathExtension("\(folders.count)")
        try FileManager.default.moveItem(at: folder, to: left)
        try FileManager.default.copyItem(at: left, to: folder)
        folders.append(left)
        routes = try Self.routes(engine, folder, mediaRoot, limit)
    }

    struct Answer {
        let status: Int
        var body = Data()
        var contentType = ""
        var file: String?
        var headers: [String: String] = [:]

        var object: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
        var id: String { object["id"] as? String ?? "" }
        var error: [String: Any] { object["error"] as? [String: Any] ?? [:] }
    }

    /// An answer, validated against openapi.yaml.
    /// - Parameters:
    ///   - path: with its query.
    ///   - template: the path in openapi.yaml, for JSON.
    func ask(
        _ method: String, _ path: String, _ template: String? = nil, body: Data = Data(), type: String = "application/json",
        query: [String: String] = [:]
    ) async throws -> Answer {
        let parts = path.split(separator: "/").map(String.init)
        var request = ServerRequest(method: method, path: parts, query: query, body: RequestBody(body))
        if !body.isEmpty { request.headers["content-type"] = type }
        var answer: Answer
        do {
            let response = try #require(try await routes.respond(to: request), "\(method) \(path) is none of the paths")
            answer = Answer(status: response.status, headers: response.headers)
            switch response.body {
            case .none, .events: break
            case .data(let data, let type): (answer.body, answer.contentType) = (data, type)
            case .file(let path, let type):
                (answer.file, answer.contentType) = (path, type)
                answer.body = try Data(contentsOf: URL(filePath: path))
            }
        } catch let error as APIError {
            answer = Answer(status: error.status, body: try JSONEncoder().encode(error))
        }
        guard let template, !answer.body.isEmpty else { return answer }
        let problems = try description.problems(method, template, status: answer.status, json: answer.body)
        #expect(problems == [], "\(method) \(path)")
        return answer
    }

    func ask(_ method: String, _ path: String, _ template: String, json: String) async throws -> Answer {
        try await ask(method, path, template, body: Data(json.utf8))
    }

    func search(_ query: [String: String]) async throws -> [[String: Any]] {
        try await ask("GET", "/api/search", "/api/search", query: query).object["results"] as? [[String: Any]] ?? []
    }

    /// Uploads a clip.
    func upload(_ file: Data, fileName: String = "clip.mp4", _ fields: [String: String] = [:], masks: Data? = nil) async throws -> Answer {
        let body = Self.multipart(file, fileName: fileName, fields, masks: masks)
        return try await ask("POST", "/api/clips", "/api/clips", body: body, type: "multipart/form-data; boundary=xyz")
    }

    static func multipart(_ file: Data, fileName: String, _ fields: [String: String] = [:], masks: Data? = nil) -> Data {
        var body = Data()
        func part(_ disposition: String, _ data: Data) {
            body += Data("--xyz\r\nContent-Disposition: form-data; \(disposition)\r\n\r\n".utf8) + data + Data("\r\n".utf8)
        }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { part("name=\"\(name)\"", Data(value.utf8)) }
        if let masks { part("name=\"masks\"; filename=\"m.json\"", masks) }
        part("name=\"file\"; filename=\"\(fileName)\"", file)
        return body + Data("--xyz--\r\n".utf8)
    }

    /// The events of a request to its end, each with its schema violations.
    func events(_ method: String, _ path: String, json: String? = nil) async throws -> [ServerEvent] {
        var request = ServerRequest(method: method, path: path.split(separator: "/").map(String.init))
        if let json { request.body = RequestBody(Data(json.utf8)) }
        let response = try #require(try await routes.respond(to: request))
        guard case .events(let stream) = response.body else { return [] }
        var events: [ServerEvent] = []
        let schemas = ["clip": "Clip", "end": "Clip", "progress": "Progress", "track": "Track"]
        for await event in stream {
            events.append(event)
            guard let schema = schemas[event.name ?? ""] else { continue }
            #expect(try description.problems(Data(event.data.utf8), schema: schema) == [], "\(event)")
        }
        return events
    }

    /// Runs the queue while `body` runs.
    func running<Result>(_ body: () async throws -> Result) async throws -> Result {
        let jobs = routes.jobs, task = Task { await jobs.run() }
        defer { task.cancel() }
        let result = try await body()
        return result
    }

    /// A clip whose job has ended.
    func finished(_ file: String = ClipServer.clip, _ fields: [String: String] = [:], masks: Data? = nil) async throws -> String {
        let answer = try await upload(try Data(contentsOf: URL(filePath: file)), fields, masks: masks)
        #expect(answer.status == 202, "\(answer.error)")
        let events = try await running { try await self.events("GET", "/api/clips/\(answer.id)/events") }
        #expect(events.last?.name == "end")
        let clip = try await ask("GET", "/api/clips/\(answer.id)", "/api/clips/{id}").object
        #expect(clip["state"] as? String == "finished", "\(clip)")
        return answer.id
    }
}
