import Foundation
import Imaging

/// Another server with OpenAI's API, for chat requests that this server's model cannot answer.
package struct UpstreamServer: Sendable {
    /// URL of chat completions.
    let url: String
    /// The upstream server's key; nil for none.
    let key: String?
    /// Model to request; nil for the one in the client's request.
    let model: String?
    /// Seconds without activity before the server is given up.
    var silence = 110
    let program: String

    /// - Parameter base: URL before `/chat/completions`, http or https.
    /// - Throws: `InputError` of category `usage` for another kind of URL, or if there is no curl program.
    package init(base: String, key: String?, model: String?) throws {
        let path = "/chat/completions", trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        let text = trimmed.hasSuffix(path) ? trimmed : trimmed + path
        guard URL(string: base)?.host()?.isEmpty == false, let url = URL(string: text),
              ["http", "https"].contains(url.scheme?.lowercased()), url.user() == nil, url.query() == nil, url.fragment() == nil
        else { throw InputError(.usage, "--upstream \(base)", found: "no address", expected: "such as http://localhost:8000/v1") }
        guard let program = CurlProgram.find() else {
            throw InputError(.usage, "--upstream", found: "no curl program", expected: "curl in a folder of PATH")
        }
        for (name, value) in [("--upstream", text), ("--upstream-key", key ?? "")] where CurlProgram.quoted(value) == nil {
            throw InputError(.usage, name, found: "a control character", expected: "none")
        }
        (self.url, self.key, self.model, self.program) = (text, key.flatMap { $0.isEmpty ? nil : $0 }, model, program)
    }

    /// A request's body for the upstream server, with its own model if one is set.
    /// - Throws: `APIError` 400 for a body that is not a JSON object.
    func body(_ data: Data) throws -> Data {
        guard let model else { return data }
        guard var fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw APIError(400, "the body: found no JSON object, expected one", code: "invalid_json")
        }
        fields["model"] = model
        return try JSONSerialization.data(withJSONObject: fields, options: [.withoutEscapingSlashes])
    }

    /// Configuration of curl. It includes nothing of the client's header, in particular not its key.
    var configuration: String {
        var headers = ["Content-Type: application/json", "Accept: application/json, text/event-stream", "Expect:"]
        if let key { headers.append("Authorization: Bearer \(key)") }
        let values = [("url", url), ("data-binary", "@-"), ("proto", "=http,https"), ("user-agent", "damvideo")]
        let lines = (values + headers.map { ("header", $0) }).map { name, value in "\(name) = \(CurlProgram.quoted(value) ?? "\"\"")" }
        // Less than a byte per second counts as silence.
        let limits = ["connect-timeout = 10", "speed-limit = 1", "speed-time = \(silence)"]
        return (lines + limits + ["include", "suppress-connect-headers", "no-buffer", "silent", "http1.1"]).joined(separator: "\n") + "\n"
    }
}
