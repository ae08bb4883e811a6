import Foundation
import FoundationNetworking
import Imaging
import Synchronization

/// A chat service with OpenAI's API (`POST BASE/chat/completions`). Safe to use from several threads concurrently.
package final class ChatEndpoint: Sendable {
    /// Failure to get an answer.
    enum Failure: Error {
        /// Temporary; may be retried, after some seconds if the service says so.
        case passing(String, after: Double?)
        /// Permanent.
        case final(InputError)
    }

    /// Upper bound on the characters of an answer quoted in an error.
    private static let quoted = 200

    package let model: String
    let url: URL
    /// The service's role in messages, such as "judge".
    private let role: String
    private let key: String?
    private let session: URLSession
    private let open = Mutex(OpenRequests())

    /// Requests in progress.
    private struct OpenRequests {
        var replies: [ObjectIdentifier: Reply] = [:]
        var isCancelled = false
    }

    /// - Parameters:
    ///   - base: URL before `/chat/completions`, http or https.
    ///   - role: the service's name in messages.
    ///   - timeout: seconds without data from the service.
    ///   - connections: concurrent requests.
    /// - Throws: `InputError` of category `usage` for another kind of URL.
    package init(
        base: String, model: String, key: String?, timeout: Double, connections: Int, role: String = "judge"
    ) throws {
        let path = "/chat/completions", trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard let url = URL(string: trimmed.hasSuffix(path) ? trimmed : trimmed + path), let host = url.host(), !host.isEmpty,
            ["http", "https"].contains(url.scheme?.lowercased())
        else { throw InputError(.usage, "\(role) \(base)", found: "no address", expected: "such as http://localhost:8000/v1") }
        (self.url, self.model, self.key, self.role) = (url, model, key, role)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.httpMaximumConnectionsPerHost = connections
        session = URLSession(configuration: configuration)
    }

    /// Stops waiting for open requests; the endpoint cannot be used afterwards. The tasks themselves end by answers or timeouts,
    /// because Foundation's session traps if a task is cancelled just as it ends.
    package func cancel() {
        open.withLock { open in
            open.isCancelled = true
            open.replies.values.forEach { $0.set(nil, nil, CocoaError(.userCancelled)) }
        }
    }

    /// Sends a message and waits for the answer.
    /// - Throws: `Failure`.
    func ask(_ message: ChatMessage) throws -> String {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        request.httpBody = PythonJSON.data(message.body(model: model))
        let reply = Reply(), identity = ObjectIdentifier(reply)
        let isCancelled = open.withLock { open in
            if !open.isCancelled { open.replies[identity] = reply }
            return open.isCancelled
        }
        guard !isCancelled else { throw Failure.passing(CocoaError(.userCancelled).localizedDescription, after: nil) }
        defer { open.withLock { $0.replies[identity] = nil } }
        session.dataTask(with: request) { reply.set($0, $1, $2) }.resume()
        let (data, response, error) = reply.wait()
        if let error { throw Failure.passing(words(error), after: nil) }
        guard let response = response as? HTTPURLResponse else { throw Failure.passing("no answer", after: nil) }
        guard response.statusCode == 200 else { throw failure(response, data ?? Data()) }
        return try content(data ?? Data())
    }

    /// Adds a message for timeouts, which Foundation's errors lack.
    private func words(_ error: any Error) -> String {
        guard (error as? URLError)?.code == .timedOut else { return error.localizedDescription }
        return "no sign for \(String(format: "%g", session.configuration.timeoutIntervalForRequest)) s"
    }

    private func content(_ data: Data) throws -> String {
        do {
            let message = try JSONPlace(OrderedJSON(Array(data), path: "answer"), at: "answer")["choices"].array().first?["message"]
            let content = try message?["content"]
            guard let content else { throw InputError(.inputOutput, "no choices") }
            return content.value == .null ? "" : try content.string()
        } catch {
            throw Failure.final(refusal("an answer that is no chat completion (\(quote(data)))", expected: "OpenAI's interface"))
        }
    }

    private func failure(_ response: HTTPURLResponse, _ data: Data) -> Failure {
        let status = response.statusCode, words = "HTTP \(status): \(message(data))"
        guard status == 429 || status >= 500 else { return .final(refusal(words, expected: "an answer")) }
        return .passing(words, after: response.value(forHTTPHeaderField: "Retry-After").flatMap(Self.seconds))
    }

    /// Seconds of a `Retry-After` header: a number or a date.
    static func seconds(_ text: String) -> Double? {
        if let seconds = Double(text), seconds.isFinite, seconds >= 0 { return seconds }
        let format = DateFormatter()
        (format.locale, format.timeZone) = (Locale(identifier: "en_US_POSIX"), TimeZone(identifier: "GMT"))
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { max(0, $0.timeIntervalSinceNow) }
    }

    func refusal(_ found: String, expected: String) -> InputError {
        InputError(.inputOutput, "\(role) \(url.absoluteString)", found: found, expected: expected)
    }

    /// The message in an error's body.
    private func message(_ data: Data) -> String {
        guard let json = try? JSONPlace(OrderedJSON(Array(data), path: ""), at: "") else { return quote(data) }
        let places = [try? json.optional("error")?.optional("message"), try? json.optional("message"), try? json.optional("detail")]
        return places.lazy.compactMap { try? $0?.string() }.first ?? quote(data)
    }

    private func quote(_ data: Data) -> String {
        let text = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? "nothing" : String(text.prefix(Self.quoted))
    }
}

/// Result of a session task for the waiting thread; only the first one set counts.
private final class Reply: Sendable {
    private struct Parts: Sendable {
        let data: Data?
        let response: URLResponse?
        let error: (any Error)?
    }

    private let isThere = DispatchSemaphore(value: 0)
    private let parts = Mutex<Parts?>(nil)

    func set(_ data: Data?, _ response: URLResponse?, _ error: (any Error)?) {
        let isFirst = parts.withLock { parts in
            if parts != nil { return false }
            parts = Parts(data: data, response: response, error: error)
            return true
        }
        if isFirst { isThere.signal() }
    }

    func wait() -> (Data?, URLResponse?, (any Error)?) {
        isThere.wait()
        let parts = parts.withLock { $0 }
        return (parts?.data, parts?.response, parts?.error)
    }
}
