import Foundation
import FoundationNetworking
import Imaging
import WebRequests

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
    /// Upper bound on an answer in bytes; chat answers have some thousand.
    private static let largest = 16 << 20
    /// Time limit of an answer as a multiple of the timeout, for services that keep the connection alive.
    private static let patience = 10.0
    /// Longest `Retry-After` that is honoured, in seconds.
    private static let longestPause = 3600.0

    package let model: String
    let url: URL
    /// The service's role in messages, such as "judge".
    private let role: String
    private let key: String?
    private let timeout: Double
    private let web: WebClient

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
        try WebAddress.check(url, option: "\(role) \(base)")
        (self.url, self.model, self.key, self.role, self.timeout) = (url, model, key, role, timeout)
        web = WebClient(timeout: timeout, connections: connections)
    }

    /// Stops waiting for open requests; the endpoint cannot be used afterwards.
    package func cancel() { web.cancel() }

    /// Sends a message and waits for the answer.
    /// - Throws: `Failure`.
    func ask(_ message: ChatMessage) throws -> ChatAnswer {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        request.httpBody = PythonJSON.data(message.body(model: model))
        var data = Data()
        let response: HTTPURLResponse, began = ContinuousClock.now
        do {
            response = try web.send(request, within: timeout * Self.patience) { _, part in
                guard data.count + part.count <= Self.largest else {
                    throw Failure.final(refusal("an answer of more than \(Self.largest >> 20) MB", expected: "OpenAI's interface"))
                }
                data += part
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.passing(words(error, .now - began), after: nil)
        }
        guard response.statusCode == 200 else { throw failure(response, data) }
        return try answer(data)
    }

    /// Adds messages for timeouts, which Foundation's errors lack.
    private func words(_ error: any Error, _ time: Duration) -> String {
        guard (error as? URLError)?.code == .timedOut else { return error.localizedDescription }
        let isEndless = time >= .seconds(timeout * Self.patience)
        return isEndless
            ? "an answer without an end in \(String(format: "%g", timeout * Self.patience)) s"
            : "no sign for \(String(format: "%g", timeout)) s"
    }

    private func answer(_ data: Data) throws -> ChatAnswer {
        do {
            let json = try JSONPlace(OrderedJSON(Array(data), path: "answer"), at: "answer")
            guard let choice = try json["choices"].array().first else { throw InputError(.inputOutput, "no choices") }
            let content = try choice["message"]["content"]
            // Both are informational: values of another type are ignored.
            return ChatAnswer(
                text: content.value == .null ? "" : try content.string(),
                finishReason: try? choice.optional("finish_reason")?.string(),
                tokens: try? json.optional("usage")?.optional("completion_tokens")?.integer())
        } catch {
            throw Failure.final(refusal("an answer that is no chat completion (\(quote(data)))", expected: "OpenAI's interface"))
        }
    }

    private func failure(_ response: HTTPURLResponse, _ data: Data) -> Failure {
        let status = response.statusCode, words = "HTTP \(status): \(message(data))"
        guard status == 429 || status >= 500 else { return .final(refusal(words, expected: "an answer")) }
        let pause = response.value(forHTTPHeaderField: "Retry-After").flatMap(Self.seconds)
        if let pause, pause > Self.longestPause {
            return .final(refusal("\(words), and to ask again in \(String(format: "%.3g", pause)) s", expected: "an answer within an hour"))
        }
        return .passing(words, after: pause)
    }

    /// Seconds of a `Retry-After` header: a number or a date.
    static func seconds(_ text: String) -> Double? {
        if let seconds = Double(text), seconds.isFinite, seconds >= 0 { return seconds }
        let format = DateFormatter()
        (format.locale, format.timeZone) = (Locale(identifier: "en_US_POSIX"), TimeZone(identifier: "GMT"))
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { max(0, $0.timeIntervalSinceNow) }
    }

    package func refusal(_ found: String, expected: String) -> InputError {
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
