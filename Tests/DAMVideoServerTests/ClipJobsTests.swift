import DAMVideo
import Foundation
import TestSupport
import Testing

@testable import DAMVideoServer

@Suite("Caption jobs", .serialized)
struct ClipJobsTests {
    private static let track = "/api/clips/{id}/tracks/{track}"

    /// Leaves a clip in the state of a server killed after its first track, with that track's caption changed to distinguish it
    /// from one generated again.
    private func killed(_ library: ClipLibrary, _ id: String) throws {
        let files = library.files(of: id)
        let lines = try String(contentsOfFile: files.lines, encoding: .utf8).split(separator: "\n")
        let track = try #require(lines.firstIndex { $0.contains(#""type":"track""#) })
        let caption = try #require(try files.readDocument()?.tracks.first?.caption)
        let kept = (lines[...track].joined(separator: "\n") + "\n").replacing(caption, with: "kept from before")
        try (kept + #"{"type":"track","id":"#).write(toFile: files.lines, atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: files.document)
        try library.update(id) { ($0.state, $0.attempts) = (.running, 1) }
    }

    @Test("A clip resumes after its server was killed: finished tracks are kept, the others follow")
    func resume() async throws {
        let server = try ClipServer()
        let id = try await server.finished(["options": #"{"temperature":0}"#], masks: try ClipServer.masks.get())
        let before = try #require(try server.routes.library.files(of: id).readDocument())
        try server.restart { try killed($0, id) }
        let path = "/api/clips/\(id)", waiting = try await server.ask("GET", path, "/api/clips/{id}").object
        #expect(waiting["state"] as? String == "queued")
        #expect(waiting["tracks_done"] as? Int == 1)
        let partial = try await server.ask("GET", path + "/document.json")
        #expect((partial.object["tracks"] as? [Any])?.count == 1)
        let events = try await server.running { try await server.events("GET", path + "/events") }
        #expect(events.last?.name == "end")
        let after = try #require(try server.routes.library.files(of: id).readDocument())
        #expect(after.tracks.map(\.id) == before.tracks.map(\.id))
        #expect(after.tracks.first { $0.caption == "kept from before" } != nil)
        #expect(Set(after.tracks.map(\.caption)).subtracting(before.tracks.map(\.caption)) == ["kept from before"])
        #expect(try await server.search(["q": "kept before"]).count == 1)
        #expect(try server.routes.library.clip(id)?.attempts == 0)
    }

    @Test("A clip begun with another model keeps its tracks and names their model")
    func anotherModel() async throws {
        let server = try ClipServer()
        let id = try await server.finished(["options": #"{"temperature":0}"#], masks: try ClipServer.masks.get())
        func rename(_ library: ClipLibrary) throws {
            let path = library.files(of: id).lines, lines = try String(contentsOfFile: path, encoding: .utf8)
            let model = try #require(try library.files(of: id).finished()?.model.path)
            try lines.replacing("\"\(model)\"", with: "\"/models/earlier\"").write(toFile: path, atomically: true, encoding: .utf8)
        }
        try server.restart {
            try killed($0, id)
            try rename($0)
        }
        let path = "/api/clips/\(id)", events = try await server.running { try await server.events("GET", path + "/events") }
        #expect(events.last?.name == "end")
        let clip = try await server.ask("GET", path, "/api/clips/{id}").object, error = try #require(clip["error"] as? String)
        #expect(clip["state"] as? String == "failed" && error.contains("tracks of the model earlier, 1 in all"), "\(error)")
        #expect(try await server.search(["q": "kept before"]).count == 1)
        #expect((try await server.ask("GET", path + "/document.json").object["tracks"] as? [Any])?.count == 1)
        // Without tracks there is nothing to keep: this model starts afresh.
        try server.restart { library in
            let files = library.files(of: id), lines = try String(contentsOfFile: files.lines, encoding: .utf8).split(separator: "\n")
            try (lines[0] + "\n").write(toFile: files.lines, atomically: true, encoding: .utf8)
            try? FileManager.default.removeItem(atPath: files.document)
            try library.update(id) { ($0.state, $0.error) = (.queued, nil) }
        }
        _ = try await server.running { try await server.events("GET", path + "/events") }
        #expect(try server.routes.library.files(of: id).readDocument()?.tracks.count == 4)
        #expect(try await server.ask("GET", path, "/api/clips/{id}").object["state"] as? String == "finished")
    }

    @Test("Edits made while a clip is queued or running are in its document at the end")
    func changesMeanwhile() async throws {
        let server = try ClipServer(), id = try await server.finished(masks: try ClipServer.masks.get()), path = "/api/clips/\(id)"
        try server.restart { try killed($0, id) }
        let first = try #require(try server.routes.library.files(of: id).finished()?.tracks.first)
        let changed = try await server.ask("PATCH", path + "/tracks/\(first.id)", Self.track, json: #"{"name":"Eve"}"#)
        #expect(changed.status == 200)
        let events = try await server.running { try await server.events("GET", path + "/events") }
        #expect(events.contains { $0.name == "track" && $0.data.contains("Eve") })
        #expect(try server.routes.library.files(of: id).readDocument()?.tracks.first { $0.id == first.id }?.name == "Eve")
    }

    @Test("A stopped server leaves its clips in the queue")
    func stopped() async throws {
        let server = try ClipServer(), data = try Data(contentsOf: URL(filePath: ClipServer.clip))
        let id = try await server.upload(data).id
        let clip = try #require(try server.routes.library.clip(id)), mailbox = try #require(server.routes.live.follow(clip))
        server.routes.jobs.stop()
        await server.routes.jobs.run()
        for await event in mailbox.stream { #expect(event.name != "end") }
        #expect(try server.routes.library.clip(id)?.state == .queued)
    }

    @Test("A job stopped in the middle keeps its tracks and is queued again")
    func stoppedAtWork() async throws {
        let server = try ClipServer(), id = try await server.upload(
            try Data(contentsOf: URL(filePath: ClipServer.clip)), masks: try ClipServer.masks.get()).id
        let jobs = server.routes.jobs, task = Task { await jobs.run() }
        let response = try #require(try await server.routes.respond(to: ServerRequest(method: "GET", path: ["api", "clips", id, "events"])))
        guard case .events(let stream) = response.body else { return }
        for await event in stream where event.name == "track" { jobs.stop() }
        await task.value
        // It may have finished before the stop.
        let state = try #require(try server.routes.library.clip(id)?.state), files = server.routes.library.files(of: id)
        #expect(state == .queued || state == .finished)
        let count = try #require(try files.finished()).tracks.count
        #expect(count >= 1)
        try server.restart()
        _ = try await server.running { try await server.events("GET", "/api/clips/\(id)/events") }
        #expect(try server.routes.library.files(of: id).readDocument()?.tracks.count == 4)
    }

    @Test("A queued clip is cancelled, then removed")
    func cancelled() async throws {
        let server = try ClipServer(), id = try await server.upload(try Data(contentsOf: URL(filePath: ClipServer.clip))).id
        let answer = try await server.ask("DELETE", "/api/clips/\(id)", "/api/clips/{id}")
        #expect(answer.status == 200)
        #expect(answer.object["state"] as? String == "cancelled")
        #expect(try await server.ask("GET", "/api/clips/\(id)/document.json").status == 409)
        #expect(try await server.ask("DELETE", "/api/clips/\(id)").status == 204)
    }

    @Test("A failed clip gives the reason, and the next one is processed")
    func failed() async throws {
        let server = try ClipServer(), data = try Data(contentsOf: URL(filePath: ClipServer.clip))
        let none = ["options": #"{"find":"none"}"#]
        let bad = try await server.upload(data, none).id, good = try await server.upload(data, none).id
        try FileManager.default.removeItem(atPath: server.routes.library.files(of: bad).upload)
        _ = try await server.running { try await server.events("GET", "/api/clips/\(good)/events") }
        let clip = try await server.ask("GET", "/api/clips/\(bad)", "/api/clips/{id}").object
        #expect(clip["state"] as? String == "failed")
        #expect((clip["error"] as? String)?.contains("clip.mp4: the clip no longer exists") == true, "\(clip)")
        #expect(try await server.ask("GET", "/api/clips/\(good)", "/api/clips/{id}").object["state"] as? String == "finished")
    }

    @Test("Moving objects are detected without masks")
    func motion() async throws {
        let server = try ClipServer(), id = try await server.finished(["options": #"{"max_tracks":2,"segment":"auto"}"#])
        let document = try #require(try server.routes.library.files(of: id).readDocument())
        #expect((1...2).contains(document.tracks.count))
        let list = try await server.ask("GET", "/api/clips/\(id)/outlines.json").object
        #expect((list["frames"] as? [Any])?.isEmpty == false)
    }
}
