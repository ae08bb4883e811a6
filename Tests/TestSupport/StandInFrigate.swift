import Foundation
import Synchronization

/// A local stand-in for Frigate with the part of its API that the sidecar uses: events, their clips and descriptions, and the
/// login of the authenticated port.
package final class StandInFrigate: Sendable {
    package struct State: Sendable {
        /// JSON of each event's `data` and other fields, by id.
        package var events: [String: Event] = [:]
        package var clips: [String: Data] = [:]
        /// User, password and the current session token; nil for the port without authentication.
        package var user: (name: String, password: String, token: String)?
        /// Called before each answer with the request and its zero-based number; its result is sent instead.
        package var fault: @Sendable (StubServer.Request, Int) -> StubServer.Response? = { _, _ in nil }
        /// Descriptions in order of arrival.
        package var sent: [(id: String, text: String)] = []
        package var logins = 0
    }

    package struct Event: Sendable {
        package var camera = "front"
        package var label = "person"
        package var start: Double
        /// Nil while the event is ongoing.
        package var end: Double?
        package var hasClip = true
        package var box: [Double]? = [0.4, 0.4, 0.2, 0.3]
        package var boxTime: Double?
        /// Entries of the form `[[x, y], time]`.
        package var path: [[Double]]? = nil
        package var description: String?

        package init(start: Double, end: Double?) { (self.start, self.end) = (start, end) }
    }

    package let state = Mutex(State())
    private let server: Mutex<StubServer?> = Mutex(nil)

    package init() throws {
        let server = try StubServer { [weak self] request in self?.answer(request) ?? .init(status: 500, body: "") }
        self.server.withLock { $0 = server }
    }

    deinit { server.withLock { $0?.stop() } }

    package var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })" }

    package var requests: [StubServer.Request] { server.withLock { $0?.requests ?? [] } }

    package func add(_ id: String, _ event: Event, clip: Data? = Data("clip".utf8)) {
        state.withLock { state in
            state.events[id] = event
            state.clips[id] = clip
        }
    }

    package var sent: [String] { state.withLock { $0.sent.map { "\($0.id): \($0.text)" } } }

    private func answer(_ request: StubServer.Request) -> StubServer.Response {
        let number = requests.count - 1
        // Outside the lock: a delayed answer must not block others.
        if let fault = state.withLock({ $0.fault })(request, number) { return fault }
        return state.withLock { state in
            let path = request.path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
            if request.method == "POST", path == ["api", "login"] { return login(request, &state) }
            if let user = state.user, !(request.headers["cookie"] ?? "").contains("frigate_token=\(user.token)") {
                return .init(status: 401, body: #"{"message": "Unauthorized"}"#)
            }
            guard path.prefix(2) == ["api", "events"] else { return .init(status: 404, body: "") }
            if path.count == 2 { return list(request, state) }
            guard let event = state.events[path[2]] else {
                return .init(status: 404, body: #"{"success": false, "message": "Event not found"}"#)
            }
            switch (request.method, path.dropFirst(3).first) {
            case ("GET", nil): return json(Self.object(path[2], event))
            case ("GET", "clip.mp4"):
                guard let clip = state.clips[path[2]] else {
                    return .init(status: 404, body: #"{"success": false, "message": "Clip not available"}"#)
                }
                return .init(headers: ["Content-Type": "video/mp4"], data: clip)
            case ("POST", "description"): return describe(path[2], request, &state)
            default: return .init(status: 405, body: "")
            }
        }
    }

    private func login(_ request: StubServer.Request, _ state: inout State) -> StubServer.Response {
        state.logins += 1
        let body = (try? JSONSerialization.jsonObject(with: request.body)) as? [String: String] ?? [:]
        guard let user = state.user, body["user"] == user.name, body["password"] == user.password else {
            return .init(status: 401, body: #"{"message": "Login failed"}"#)
        }
        return .init(headers: ["Set-Cookie": "frigate_token=\(user.token); HttpOnly; Path=/; SameSite=Lax"], body: "{}")
    }

    private func describe(_ id: String, _ request: StubServer.Request, _ state: inout State) -> StubServer.Response {
        guard request.headers["content-type"] == "application/json",
            let body = (try? JSONSerialization.jsonObject(with: request.body)) as? [String: String], let text = body["description"]
        else { return .init(status: 422, body: "{}") }
        state.sent.append((id, text))
        state.events[id]?.description = text
        return json(["success": true, "message": "Event \(id) description set to \(text)"])
    }

    private func list(_ request: StubServer.Request, _ state: State) -> StubServer.Response {
        let items = URLComponents(string: request.path)?.queryItems ?? []
        let query = Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        func names(_ key: String) -> [String]? { query[key]?.split(separator: ",").map(String.init) }
        let events = state.events.filter { _, event in
            query["in_progress"].map { (event.end == nil) == ($0 == "1") } ?? true
                && query["has_clip"].map { event.hasClip == ($0 == "1") } ?? true
                && query["after"].flatMap(Double.init).map { event.start > $0 } ?? true
                && query["before"].flatMap(Double.init).map { event.start < $0 } ?? true
                && names("labels").map { $0.contains(event.label) } ?? true
                && names("cameras").map { $0.contains(event.camera) } ?? true
        }
        let isAscending = query["sort"] == "date_asc"
        let sorted = events.sorted { isAscending ? $0.value.start < $1.value.start : $0.value.start > $1.value.start }
        return json(sorted.prefix(query["limit"].flatMap { Int($0) } ?? 100).map { Self.object($0.key, $0.value) })
    }

    private func json(_ value: Any) -> StubServer.Response {
        .init(headers: ["Content-Type": "application/json"], data: (try? JSONSerialization.data(withJSONObject: value)) ?? Data())
    }

    private static func object(_ id: String, _ event: Event) -> [String: Any] {
        var data: [String: Any] = ["type": "object", "score": 0.8, "top_score": 0.9, "attributes": [Any]()]
        data["box"] = event.box
        data["snapshot_frame_time"] = event.boxTime
        data["path_data"] = event.path?.map { [[$0[0], $0[1]] as [Any], $0[2]] as [Any] }
        data["description"] = event.description
        return [
            "id": id, "camera": event.camera, "label": event.label, "sub_label": NSNull(), "start_time": event.start,
            "end_time": event.end as Any? ?? NSNull(), "false_positive": false, "zones": [String](), "has_clip": event.hasClip,
            "has_snapshot": true, "retain_indefinitely": false, "plus_id": NSNull(), "data": data,
        ]
    }
}
