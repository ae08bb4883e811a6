import DAMVideo
import Foundation
import Imaging
import Masks
import TestSupport
import Testing

@testable import DAMVideoServer

@Suite("Marked objects", .serialized)
struct PointedObjectTests {
    private static let mask = "/api/clips/{id}/mask"

    @Test("Without SAM 2 a box or polygon is the region itself; other prompts are refused")
    func regions() async throws {
        let server = try ClipServer(), id = try await server.finished(["options": #"{"find":"none"}"#]), path = "/api/clips/\(id)/mask"
        let box = try await server.ask("POST", path, Self.mask, json: #"{"frame":3,"box":[10,20,30.5,40]}"#)
        #expect(box.object["box"] as? [Int] == [10, 20, 31, 40])
        #expect(box.object["outline"] as? [[Int]] == [[41, 20, 41, 60, 10, 60, 10, 20]])
        let lines = #"{"frame":3,"polygon":[[10,10,30,10,30,30,10,30],[100,100,120,100,120,120]]}"#
        let polygon = try await server.ask("POST", path, Self.mask, json: lines)
        #expect((polygon.object["outline"] as? [[Int]])?.count == 2)
        for (json, status, param) in [
            (#"{"frame":3,"points":[[1,1,1]]}"#, 400, "points"), (#"{"frame":3}"#, 400, "points"), (#"{"box":[1,1,1,1]}"#, 400, "frame"),
            (#"{"frame":3,"box":[1,1]}"#, 400, "box"), (#"{"frame":3,"box":[600,1,10,10]}"#, 422, nil),
            (#"{"frame":3,"box":[1,1,0,10]}"#, 422, nil),
            (#"{"frame":3,"polygon":[[1,1,2]]}"#, 400, "polygon"), (#"{"frame":3,"polygon":[[600,1,610,1,610,10]]}"#, 422, nil),
            (#"{"frame":3,"polygon":[[0,0,1e300,0,0,5]]}"#, 422, nil), (#"{"frame":40,"box":[1,1,5,5]}"#, 404, nil),
            (#"{"frame":-1,"box":[1,1,5,5]}"#, 400, "frame"),
            ("[", 400, nil),
        ] as [(String, Int, String?)] {
            let answer = try await server.ask("POST", path, Self.mask, json: json)
            #expect(answer.status == status, "\(json): \(answer.error)")
            #expect(answer.error["param"] as? String == param, "\(json): \(answer.error)")
        }
    }

    @Test("A reader of the events sees the caption grow to the text of its track")
    func tokens() async throws {
        let server = try ClipServer(), id = try await server.finished(["options": #"{"find":"none"}"#])
        let clip = try #require(try server.routes.library.clip(id))
        let width = clip.width ?? 0, height = clip.height ?? 0
        var pixels = [UInt8](repeating: 0, count: width * height)
        for y in 20..<60 { for x in 10..<40 { pixels[y * width + x] = 1 } }
        let object = ObjectDescription.Object(
            clip: clip, number: 1, frame: 3, mask: Mask(width: width, height: height, pixels: pixels), question: nil, name: nil)
        let description = ObjectDescription(engine: server.routes.engine, documents: server.routes.documents, mediaRoot: nil)
        var text = "", caption: String?, tokens = 0
        description.run(object) { event in
            switch event {
            case .token(let part):
                text += part.text
                tokens += 1
            case .track(let track): caption = track.caption
            default: break
            }
        }
        #expect(tokens > 1 && caption == text && caption?.isEmpty == false)
        // Leaving cancels the work, and nothing of it is kept.
        var steps = 0
        description.run(ObjectDescription.Object(
            clip: clip, number: 2, frame: 3, mask: object.mask, question: nil, name: nil)) { _ in
            steps += 1
            throw CancellationError()
        }
        #expect(steps >= 1)
        #expect(try server.routes.documents.document(id)?.tracks.map(\.id) == [.number(1)])
    }

    @Test("An object is tracked and captioned as a new track, which is then in every file")
    func describe() async throws {
        let server = try ClipServer(), id = try await server.finished(masks: try ClipServer.masks.get()), path = "/api/clips/\(id)"
        let masks = server.routes.masks, document = try #require(try server.routes.library.files(of: id).readDocument())
        let shown = try masks.masks(server.routes.library.files(of: id), document, size: PictureSize(width: 512, height: 384))
        let box = try #require(shown.tracks.first?.appearance(at: shown.tracks[0].firstFrame)?.box)
        let json = #"{"frame":\#(shown.tracks[0].firstFrame),"box":[\#(box.left),\#(box.top),\#(box.width),\#(box.height)],"name":"Ann"}"#
        let events = try await server.events("POST", path + "/describe", json: json)
        #expect(events.first?.name == "clip")
        #expect(events.suffix(2).map(\.name) == ["track", "end"], "\(events.suffix(3))")
        let after = try #require(try server.routes.library.files(of: id).readDocument()), track = try #require(after.tracks.last)
        #expect(after.tracks.count == document.tracks.count + 1)
        #expect(track.id == .number(5))
        #expect(track.name == "Ann")
        #expect(track.visibleFrames > 1)
        #expect(try await server.search(["q": "Ann"]).count == 1)
        #expect(String(decoding: try await server.ask("GET", path + "/captions.vtt").body, as: UTF8.self).contains("\n5\n"))
        let outlines = try await server.ask("GET", path + "/outlines.json").object
        let shownTracks = (outlines["frames"] as? [[String: Any]] ?? []).flatMap { $0["tracks"] as? [[String: Any]] ?? [] }
        let ids = shownTracks.compactMap { $0["id"] as? Int }
        #expect(ids.contains(5))
        try server.restart()
        #expect(try await server.ask("GET", path + "/document.json").object["tracks"].map { ($0 as? [Any])?.count } == 5)
        // Numbers are never reused.
        #expect(try await server.ask("DELETE", path + "/tracks/5").status == 204)
        #expect(try server.routes.library.takeTrackNumber(of: id, least: 5) == 6)
        #expect(try await server.search(["q": "Ann"]).isEmpty)
    }

    @Test("With SAM 2 a click gives a mask, and the object is tracked with it")
    func click() async throws {
        let server = try ClipServer(sam: "video-a"), id = try await server.finished(["options": #"{"find":"none","duration":0.4}"#])
        let mask = try await server.ask("POST", "/api/clips/\(id)/mask", Self.mask, json: #"{"frame":1,"points":[[100,100,1],[5,5,0]]}"#)
        let outside = try await server.ask("POST", "/api/clips/\(id)/mask", Self.mask, json: #"{"frame":1,"points":[[900,100,1]]}"#)
        #expect([200, 422].contains(mask.status), "\(mask.error)")
        #expect(outside.status == 422)
        let beside = try await server.ask("POST", "/api/clips/\(id)/mask", Self.mask, json: #"{"frame":1,"points":[[100,100,0]]}"#)
        #expect(beside.status == 422)
        let events = try await server.events("POST", "/api/clips/\(id)/describe", json: #"{"frame":1,"box":[100,100,60,60]}"#)
        #expect(["end", "error"].contains(events.last?.name))
    }

    @Test("A reader that disconnects cancels its request")
    func left() async throws {
        let server = try ClipServer(), id = try await server.finished(["options": #"{"find":"none"}"#])
        do {
            var request = ServerRequest(method: "POST", path: ["api", "clips", id, "describe"])
            request.body = RequestBody(Data(#"{"frame":0,"box":[10,10,50,50]}"#.utf8))
            _ = try await server.routes.respond(to: request)
        }
        // The queue's next job follows.
        while server.routes.following.count > 0 { await Task.yield() }
        #expect(try server.routes.library.amendments(of: id).isEmpty)
    }
}
