import Files
import Foundation
import FoundationNetworking
import Imaging
import Synchronization
import WebRequests

/// Synchronous requests to Frigate's API.
final class FrigateClient: Sendable {
    /// Upper bound on an answer in memory: some thousand events.
    private static let largestAnswer = 64 << 20
    /// Events per page.
    private static let page = 100
    private static let largestPage = 12_800
    /// Upper bound on the pages of one listing; the rest is left to the next.
    private static let mostPages = 200

    private let address: FrigateAddress
    private let web: WebClient
    /// Cookies set by the login.
    private let cookies = Mutex<[String: String]>([:])

    /// - Parameter timeout: seconds without data from the server.
    init(_ address: FrigateAddress, timeout: Double) {
        self.address = address
        web = WebClient(timeout: timeout, connections: 1)
    }

    /// Ended events with a clip, oldest first.
    /// - Parameter after: lower bound on their start; nil for all.
    /// - Throws: `FrigateFailure`, `InputError`.
    func endedEvents(after: Double?, labels: [String], cameras: [String]) throws -> [FrigateEvent] {
        var found: [String: FrigateEvent] = [:], before: Double?, page = Self.page
        for _ in 0..<Self.mostPages {
            var query = [("has_clip", "1"), ("in_progress", "0"), ("include_thumbnails", "0"), ("limit", "\(page)")]
            if let after { query.append(("after", Self.text(after))) }
            if let before { query.append(("before", Self.text(before))) }
            if !labels.isEmpty { query.append(("labels", labels.joined(separator: ","))) }
            if !cameras.isEmpty { query.append(("cameras", cameras.joined(separator: ","))) }
            let (events, count) = try list(query)
            let new = events.filter { found[$0.id] == nil }
            for event in new { found[event.id] = event }
            guard count >= page else { break }
            // Events that began at the same time as the last one of this page are requested again; more of them than a page holds
            // need a larger one.
            if let oldest = new.map(\.start).min() {
                before = oldest + 0.001
            } else {
                page *= 2
                guard page <= Self.largestPage else { break }
            }
        }
        return found.values
            .filter { event in
                event.hasClip && event.end != nil && after.map { event.start > $0 } ?? true
                    && (labels.isEmpty || labels.contains(event.label)) && (cameras.isEmpty || cameras.contains(event.camera))
            }
            .sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    }

    /// Start of the longest ongoing event; nil if there is none.
    func oldestOpenEvent() throws -> Double? {
        try list([("in_progress", "1"), ("include_thumbnails", "0"), ("sort", "date_asc"), ("limit", "1")]).events
            .filter { $0.end == nil }.map(\.start).min()
    }

    /// The current state of an event.
    /// - Throws: `FrigateFailure.missing` for a deleted event.
    func event(_ id: String) throws -> FrigateEvent {
        let data = try answer(try request("GET", FrigateAddress.path(of: id)), "event \(id)")
        guard let value = try? JSONSerialization.jsonObject(with: data), let event = FrigateEvent(value), event.id == id else {
            throw FrigateFailure.faulty("an answer that is not an event")
        }
        return event
    }

    /// Downloads an event's clip to a file.
    /// - Parameter limit: upper bound on the clip's bytes.
    /// - Throws: `FrigateFailure`, and `InputError` of category `inputOutput` if it cannot be written.
    func fetchClip(_ id: String, to file: FileHandle, limit: Int, check: () throws -> Void) throws {
        var size = 0
        let request = try request("GET", FrigateAddress.path(of: id) + "/clip.mp4")
        let response = try send(request, "clip of event \(id)", hasBegun: { size > 0 }) { data in
            try check()
            size += data.count
            guard size <= limit else {
                throw InputError(
                    .invalid, "clip of event \(id)", found: "more than \(limit >> 20) MB", expected: "less (--max-clip allows more)")
            }
            do {
                try file.write(contentsOf: data)
            } catch {
                throw InputError(.inputOutput, "clip of event \(id): cannot be saved: \(error.localizedDescription)")
            }
        }
        let length = response.value(forHTTPHeaderField: "Content-Length").flatMap { Int($0) }
        guard size > 0, length.map({ $0 <= size }) ?? true else { throw FrigateFailure.faulty("a truncated clip") }
    }

    /// Sets an event's description.
    /// - Throws: `FrigateFailure.missing` for a deleted event.
    func describe(_ id: String, _ text: String) throws {
        var request = try request("POST", FrigateAddress.path(of: id) + "/description")
        request.httpBody = try JSONSerialization.data(withJSONObject: ["description": text])
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        _ = try answer(request, "description of event \(id)")
    }

    private static func text(_ time: Double) -> String { String(format: "%.6f", time) }

    /// - Returns: the events of an answer, and the number of its entries, valid or not.
    private func list(_ query: [(String, String)]) throws -> (events: [FrigateEvent], count: Int) {
        let data = try answer(try request("GET", "events", query), "events")
        guard let list = try? JSONSerialization.jsonObject(with: data) as? [Any] else {
            throw FrigateFailure.faulty("an answer that is not a list of events (is this the address of a Frigate server?)")
        }
        return (list.compactMap(FrigateEvent.init), list.count)
    }

    private func request(_ method: String, _ path: String, _ query: [(String, String)] = []) throws -> URLRequest {
        var request = URLRequest(url: try address.url(path, query))
        request.httpMethod = method
        request.setValue("damvideo", forHTTPHeaderField: "User-Agent")
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        // Required by Frigate's CSRF protection.
        request.setValue("1", forHTTPHeaderField: "X-CSRF-TOKEN")
        return request
    }

    private func answer(_ request: URLRequest, _ subject: String) throws -> Data {
        var body = Data()
        _ = try send(request, subject, hasBegun: { false }) { data in
            guard body.count + data.count <= Self.largestAnswer else {
                throw FrigateFailure.faulty("an answer of more than \(Self.largestAnswer >> 20) MB")
            }
            body.append(data)
        }
        return body
    }

    /// Sends a request; if it is refused as unauthenticated, logs in and sends it again.
    private func send(
        _ request: URLRequest, _ subject: String, hasBegun: () -> Bool, receive: (Data) throws -> Void
    ) throws -> HTTPURLResponse {
        if address.user != nil, cookies.withLock({ $0.isEmpty }) { try login() }
        var response = try once(request, hasBegun: hasBegun, receive: receive)
        if response.statusCode == 401, address.user != nil {
            try login()
            response = try once(request, hasBegun: hasBegun, receive: receive)
        }
        guard (200..<300).contains(response.statusCode) else {
            throw FrigateFailure.of(status: response.statusCode, subject, user: address.user?.name)
        }
        return response
    }

    private func once(_ request: URLRequest, hasBegun: () -> Bool, receive: (Data) throws -> Void) throws -> HTTPURLResponse {
        var request = request
        let cookies = cookies.withLock { $0 }
        if !cookies.isEmpty {
            request.setValue(cookies.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; "), forHTTPHeaderField: "Cookie")
        }
        do {
            let response = try web.send(request) { response, data in
                if (200..<300).contains(response.statusCode) { try receive(data) }
            }
            keepCookies(of: response)
            return response
        } catch {
            throw FrigateFailure.of(error, hasBegun: hasBegun())
        }
    }

    /// - Throws: `InputError` of category `notFound` if Frigate rejects the login.
    private func login() throws {
        guard let user = address.user else { return }
        cookies.withLock { $0 = [:] }
        var request = try request("POST", "login")
        request.httpBody = try JSONSerialization.data(withJSONObject: ["user": user.name, "password": user.password])
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let status = try once(request, hasBegun: { false }, receive: { _ in }).statusCode
        guard (200..<300).contains(status) else {
            guard [400, 401, 403, 422].contains(status) else { throw FrigateFailure.faulty("HTTP \(status) to the login") }
            throw InputError(
                .notFound, "login", found: "HTTP \(status) from Frigate for the user \(user.name)", expected: "its name and password")
        }
        guard cookies.withLock({ !$0.isEmpty }) else { throw FrigateFailure.faulty("a login without a cookie") }
    }

    private func keepCookies(of response: HTTPURLResponse) {
        guard let url = response.url, let fields = response.allHeaderFields as? [String: String] else { return }
        let new = HTTPCookie.cookies(withResponseHeaderFields: fields, for: url)
        cookies.withLock { kept in
            for cookie in new { kept[cookie.name] = cookie.value }
        }
    }
}
