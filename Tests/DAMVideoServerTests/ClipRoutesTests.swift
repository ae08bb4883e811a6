import DAMVideo
import Foundation
import Imaging
import Media
import TestSupport
import Testing

@testable import DAMVideoServer

@Suite("Clip API", .serialized)
struct ClipRoutesTests {
    @Test("A clip is uploaded, captioned, shown, searched, and unchanged for the next server")
    func wholeWay() async throws {
        let server = try ClipServer(), data = try Data(contentsOf: URL(filePath: ClipServer.clip))
        #expect(try await server.ask("GET", "/api/status", "/api/status").object["segmentation"] as? Bool == false)
        let added = try await server.upload(
            data, fileName: "../../Tür 1.mp4",
            ["camera": "yard", "recorded": "2026-03-01T13:00:00+01:00", "options": #"{"temperature":0}"#],
            masks: try ClipServer.masks.get())
        #expect(added.status == 202, "\(added.error)")
        #expect(added.object["name"] as? String == "Tür 1.mp4")
        #expect(added.object["state"] as? String == "queued")
        #expect(added.object["frames"] as? Int == 40)
        let path = "/api/clips/\(added.id)", template = "/api/clips/{id}"
        #expect(try await server.ask("GET", path + "/render.mp4").status == 409)

        let events = try await server.running { try await server.events("GET", path + "/events") }
        #expect(events.first?.name == "clip")
        #expect(events.last?.name == "end")
        let clip = try await server.ask("GET", path, template).object
        #expect(clip["state"] as? String == "finished")
        #expect(clip["recorded"] as? String == "2026-03-01T12:00:00Z")
        let document = try JSONDecoder().decode(CaptionDocument.self, from: try await server.ask("GET", path + "/document.json").body)
        #expect(document.tracks.count == 4)
        #expect(document.video.path == "Tür 1.mp4")
        #expect(events.count { $0.name == "track" } == document.tracks.count)
        #expect(try await server.events("GET", path + "/events").map(\.name) == ["clip"] + document.tracks.map { _ in "track" } + ["end"])

        let word = try #require(document.tracks[0].caption.components(separatedBy: " ").max { $0.count < $1.count })
        let query = word.lowercased()
        let results = try await server.search(["q": query, "camera": "yard", "from": "2026-03-01"])
        let moment = try #require(results.first { $0["track"] as? Int == 1 })
        #expect(moment["caption"] as? String == document.tracks[0].caption)
        #expect((moment["seen"] as? String)?.hasPrefix("2026-03-01T12:00:0") == true)

        try server.restart()
        #expect(try await server.ask("GET", path, template).object["state"] as? String == "finished")
        #expect(try await server.search(["q": query]).count == results.count)
        let list = try await server.ask("GET", "/api/clips", "/api/clips", query: ["state": "finished", "camera": "yard"]).object
        #expect(list["total"] as? Int == 1)
        #expect(try await server.ask("DELETE", path).status == 204)
        #expect(try await server.ask("GET", path, template).status == 404)
        #expect(try await server.search([:]).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: server.folder.path + "/clips/" + added.id))
    }

    @Test("The document equals that of damvideo caption")
    func sameDocument() async throws {
        let server = try ClipServer()
        let id = try await server.finished(["options": #"{"temperature":0}"#], masks: try ClipServer.masks.get())
        let written = try #require(try server.routes.library.files(of: id).readDocument())
        var options = CaptionOptions()
        options.generation.temperature = 0
        let captioner = VideoCaptioner(server.routes.engine.engine)
        let masks = Fixtures.sample("scenes/clips/600006/masks")
        let expected = try captioner.caption(clip: ClipServer.clip, masks: masks, options: options)
        #expect(written.tracks.map(\.caption) == expected.tracks.map(\.caption))
        #expect(written.tracks.map(\.sampled) == expected.tracks.map(\.sampled))
        #expect(try await server.ask("GET", "/api/clips/\(id)/document.json").body
            == Data(contentsOf: URL(filePath: server.routes.library.files(of: id).document)))
    }

    @Test("Files are generated from the document once, and again after a change")
    func files() async throws {
        let server = try ClipServer(), id = try await server.finished(masks: try ClipServer.masks.get()), path = "/api/clips/\(id)"
        #expect(String(decoding: try await server.ask("GET", path + "/captions.vtt").body, as: UTF8.self).hasPrefix("WEBVTT"))
        #expect(try await server.ask("GET", path + "/captions.csv").contentType == "text/csv; charset=utf-8")
        let video = try await server.ask("GET", path + "/video")
        #expect(video.contentType == "video/mp4")
        #expect(video.body == (try Data(contentsOf: URL(filePath: ClipServer.clip))))
        let routes = server.routes, asked = ServerRequest(method: "GET", path: ["api", "clips", id, "render.mp4"])
        async let one = routes.respond(to: asked)
        async let other = routes.respond(to: asked)
        for response in [try await one, try await other] {
            guard case .file(let file, "video/mp4")? = response?.body else { throw APIError(500, "\(String(describing: response))") }
            #expect(try Data(contentsOf: URL(filePath: file)).dropFirst(4).prefix(4) == Data("ftyp".utf8))
        }
        let made = try FileManager.default.contentsOfDirectory(atPath: server.routes.library.files(of: id).made)
        #expect(made == ["0-render.mp4"])
        let report = try await server.ask("GET", path + "/report.html")
        #expect(report.headers["content-security-policy"]?.contains("sandbox") == true)
        let masks = try await server.ask("GET", path + "/masks.json")
        #expect((masks.object["annotations"] as? [Any])?.count == 4)

        let track = "/api/clips/{id}/tracks/{track}", zebra = #"{"caption":"A zebra.","name":"Bob"}"#
        let changed = try await server.ask("PATCH", path + "/tracks/2", track, json: zebra)
        #expect(changed.object["edited"] as? Bool == true)
        #expect(try await server.ask("DELETE", path + "/tracks/1").status == 204)
        #expect(try await server.ask("DELETE", path + "/tracks/1", track).status == 404)
        let again = try await server.ask("GET", path + "/report.html"), page = String(decoding: again.body, as: UTF8.self)
        #expect(again.file != report.file)
        #expect(page.contains("A zebra."))
        #expect(String(decoding: try await server.ask("GET", path + "/captions.vtt").body, as: UTF8.self).contains("A zebra."))
        #expect((try await server.ask("GET", path + "/masks.json").object["annotations"] as? [Any])?.count == 3)
        #expect(try await server.search(["q": "zebras"]).first?["name"] as? String == "Bob")
        let description = Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")
        let schema = try JSONSchema(try Data(contentsOf: description))
        #expect(try schema.problems(try await server.ask("GET", path + "/document.json").body) == [])
    }

    @Test("Outlines and frames show the tracks at their positions")
    func pictures() async throws {
        let server = try ClipServer(), id = try await server.finished(masks: try ClipServer.masks.get()), path = "/api/clips/\(id)"
        let list = try await server.ask("GET", path + "/outlines.json", query: ["from": "5", "to": "8"]).object
        #expect(list["width"] as? Int == 512)
        let frames = try #require(list["frames"] as? [[String: Any]])
        #expect(frames.compactMap { $0["frame"] as? Int } == [5, 6, 7])
        let track = try #require((frames[0]["tracks"] as? [[String: Any]])?.first)
        #expect((track["outline"] as? [[Int]])?.first?.count ?? 0 >= 6)
        let whole = try await server.ask("GET", path + "/frames/7.jpg")
        let cut = try await server.ask("GET", path + "/frames/7.jpg", query: ["track": "1", "width": "40"])
        #expect(try size(whole.body) == [512, 384])
        #expect(try size(cut.body)[0] <= 40)
        for (name, query, status) in [
            ("40.jpg", [:], 404), ("x.jpg", [:], 404), ("1.jpg", ["track": "9"], 404), ("1.jpg", ["width": "1"], 400),
        ] {
            let template = "/api/clips/{id}/frames/{frame}.jpg"
            #expect(try await server.ask("GET", path + "/frames/" + name, template, query: query).status == status)
        }
    }

    private func size(_ jpeg: Data) throws -> [Int] {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jpg")
        try jpeg.write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let picture = try ImageDecoder.rgb(path: path.path)
        return [picture.width, picture.height]
    }

    @Test("A still picture is a clip of one frame")
    func picture() async throws {
        let server = try ClipServer()
        let id = try await server.finished(Fixtures.sample("scenes/clips/600006/picture.jpg"), ["options": #"{"find":"none"}"#])
        let clip = try await server.ask("GET", "/api/clips/\(id)", "/api/clips/{id}").object
        #expect(clip["frames"] as? Int == 1)
        #expect(try await server.ask("GET", "/api/clips/\(id)/video").contentType == "image/jpeg")
        let json = #"{"frame":0,"box":[100,100,80,80],"name":"thing"}"#
        let events = try await server.events("POST", "/api/clips/\(id)/describe", json: json)
        #expect(events.suffix(2).map(\.name) == ["track", "end"], "\(events)")
        #expect(try await server.search([:]).first?["name"] as? String == "thing")
    }

    @Test("Invalid uploads are refused and leave nothing behind")
    func refused() async throws {
        let server = try ClipServer(limit: 400_000), clip = try Data(contentsOf: URL(filePath: ClipServer.clip))
        func expect(_ answer: ClipServer.Answer, _ status: Int, _ param: String?) {
            #expect(answer.status == status, "\(answer.error)")
            #expect(answer.error["param"] as? String == param, "\(answer.error)")
            #expect(!"\(answer.error)".contains(server.folder.path))
        }
        expect(try await server.upload(Data("#EXTM3U\nfile:///etc/passwd\n".utf8)), 415, "file")
        expect(try await server.upload(Data("ffconcat version 1.0\nfile upload\n".utf8)), 415, "file")
        expect(try await server.upload(Data([0, 1, 2, 3])), 415, "file")
        expect(try await server.upload(Data()), 415, "file")
        expect(try await server.upload(clip.prefix(2000)), 415, "file")
        expect(try await server.upload(clip, ["options": "{"]), 400, "options")
        expect(try await server.upload(clip, ["options": #"{"frames":"8"}"#]), 400, "options.frames")
        expect(try await server.upload(clip, ["options": #"{"frames":0}"#]), 400, "options.frames")
        expect(try await server.upload(clip, ["options": #"{"find":"detector"}"#]), 400, "options.find")
        expect(try await server.upload(clip, ["options": #"{"find":"masks"}"#]), 400, "options.find")
        expect(try await server.upload(clip, ["recorded": "yesterday"]), 400, "recorded")
        expect(try await server.upload(clip, masks: Data("[]".utf8)), 400, "masks")
        expect(try await server.upload(Data(count: 500_000)), 413, nil)
        expect(try await server.ask("POST", "/api/clips", "/api/clips", json: #"{"path":"a.mp4"}"#), 403, "path")
        expect(try await server.ask("POST", "/api/clips", "/api/clips", json: "{}"), 400, "path")
        expect(try await server.ask("POST", "/api/clips", "/api/clips", body: Data("x".utf8), type: "text/plain"), 415, nil)
        let cut = ClipServer.multipart(clip, fileName: "a").dropLast(20)
        let type = "multipart/form-data; boundary=xyz"
        expect(try await server.ask("POST", "/api/clips", "/api/clips", body: Data(cut), type: type), 400, nil)
        #expect(try await server.ask("GET", "/api/clips", "/api/clips").object["total"] as? Int == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: server.folder.path + "/clips").isEmpty)
        for (method, path, status) in [("PUT", "/api/clips", 405), ("GET", "/api/clips/..", 404), ("GET", "/api/clips/x/video", 404)] {
            #expect(try await server.ask(method, path).status == status)
        }
        #expect(try await server.routes.respond(to: ServerRequest(method: "GET", path: ["v1", "models"])) == nil)
    }

    @Test("A clip in the media folder is captioned in place")
    func named() async throws {
        let server = try ClipServer(mediaRoot: Fixtures.sample("scenes/clips"))
        let json = #"{"path":"600006/clip.mp4","options":{"find":"none"}}"#
        let added = try await server.ask("POST", "/api/clips", "/api/clips", json: json)
        #expect(added.status == 202, "\(added.error)")
        _ = try await server.running { try await server.events("GET", "/api/clips/\(added.id)/events") }
        #expect(try await server.ask("GET", "/api/clips/\(added.id)/video").file == Fixtures.sample("scenes/clips/600006/clip.mp4"))
        #expect(try await server.ask("DELETE", "/api/clips/\(added.id)").status == 204)
        #expect(FileManager.default.fileExists(atPath: ClipServer.clip))
        #expect(try await server.ask("POST", "/api/clips", "/api/clips", json: #"{"path":"../../README.md"}"#).status == 403)
    }

    @Test("Without its folder the library accepts nothing, and resumes when it is back")
    func goneFolder() async throws {
        let server = try ClipServer(), id = try await server.finished(["options": #"{"find":"none"}"#]), path = "/api/clips/\(id)"
        let away = server.folder.appendingPathExtension("away"), clip = try Data(contentsOf: URL(filePath: ClipServer.clip))
        try FileManager.default.moveItem(at: server.folder, to: away)
        defer { try? FileManager.default.removeItem(at: away) }
        #expect(try await server.upload(clip).error["code"] as? String == "library_gone")
        #expect(try await server.ask("GET", path, "/api/clips/{id}").status == 503)
        #expect(!FileManager.default.fileExists(atPath: server.folder.path))
        try FileManager.default.moveItem(at: away, to: server.folder)
        #expect(try await server.ask("GET", path, "/api/clips/{id}").status == 200)
        #expect(try await server.upload(clip).status == 202)
    }

    @Test("A wrong method is answered with the allowed ones", arguments: [
        ("PUT", "clips", "GET, HEAD, POST"), ("POST", "status", "GET, HEAD"), ("POST", "clips/x", "GET, HEAD, PATCH, DELETE"),
        ("GET", "clips/x/mask", "POST"), ("DELETE", "clips/x/video", "GET, HEAD"), ("GET", "clips/x/tracks/1", "PATCH, DELETE"),
        ("POST", "clips/x/frames/1.jpg", "GET, HEAD"),
    ])
    func methods(_ method: String, _ path: String, _ allowed: String) async throws {
        let parts = ["api"] + path.split(separator: "/").map(String.init)
        let response = await Responder.answering(try ClipServer().routes, ServerRequest(method: method, path: parts))
        #expect(response.status == 405 && response.headers["allow"] == allowed)
    }

    @Test("Names, cameras and times of clips can be changed and cleared")
    func change() async throws {
        let server = try ClipServer(), id = try await server.finished(["camera": "a", "options": #"{"find":"none"}"#])
        let path = "/api/clips/\(id)", json = #"{"name":"../x","camera":null,"recorded":"2026-01-01T00:00:00.5Z"}"#
        let changed = try await server.ask("PATCH", path, "/api/clips/{id}", json: json)
        #expect(changed.object["name"] as? String == "x")
        #expect(changed.object["camera"] is NSNull)
        #expect(changed.object["recorded"] as? String == "2026-01-01T00:00:00.500Z")
        #expect(try await server.ask("PATCH", path, "/api/clips/{id}", json: #"{"name":" "}"#).status == 400)
    }
}

extension ClipServer {
    func finished(_ fields: [String: String] = [:], masks: Data? = nil) async throws -> String {
        try await finished(Self.clip, fields, masks: masks)
    }
}
