import Foundation
import Imaging

/// Another server with OpenAI's API, for chat requests that this one's model is not made for.
package struct UpstreamServer: Sendable {
    /// The address of chat completions.
    let url: String
    /// Key of that server's; nil for none.
    let key: String?
    /// Model to ask for; nil for the one that the request names.
    let model: String?
    /// Seconds without a sign of the server after which it is given up.
    var silence = 110
    let program: String

    /// - Parameter base: address in front of `/chat/completions`, http or https.
    /// - Throws: `InputError` of category `usage` for what is no such address, or without the program curl.
    package init(base: String, key: String?, model: String?) throws {
        let path = "/chat/completions", trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        let text = trimmed.hasSuffix(path) ? trimmed : trimmed + path
        guard URL(string: base)?.host()?.isEmpty == false, let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
            url.user() == nil, url.query() == nil, url.fragment() == nil
        else { throw InputError(.usage, "--upstream \(base)", found: "no address", expected: "such as http://localhost:8000/v1") }
        guard let program = CurlProgram.find() else {
            throw InputError(.usage, "--upstream", found: "no program curl", expected: "it in one of the folders of PATH")
        }
        for (name, value) in [("--upstream", text), ("--upstream-key", key ?? "")] where CurlProgram.quoted(value) == nil {
            throw InputError(.usage, name, found: "a control character", expected: "none")
        }
        (self.url, self.key, self.model, self.program) = (text, key.flatMap { $0.isEmpty ? nil : $0 }, model, program)
    }

    /// A request as that server is sent it: the client's, with its own model if there is one.
    /// - Throws: `APIError` 400 for a body that is no object.
    func body(_ data: Data) throws -> Data {
        guard let model else { return data }
        guard var fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw APIError(400, "the body: found no JSON object, expected one", code: "invalid_json")
        }
        fields["model"] = model
        return try JSONSerialization.data(withJSONObject: fields, options: [.withoutEscapingSlashes])
    }

    /// Configuration of curl. Nothing of the client's own head is in it, its key least of all.
    var configuration: String {
        var headers = ["Content-Type: application/json", "Accept: application/json, text/event-stream", "Expect:"]
        if let key { headers.append("Authorization: Bearer \(key)") }
        let values = [("url", url), ("data-binary", "@-"), ("proto", "=http,https"), ("user-agent", "damvideo")]
        let lines = (values + headers.map { ("header", $0) }).map { name, value in "\(name) = \(CurlProgram.quoted(value) ?? "\"\"")" }
        // Slower than a byte a second for that long is no sign of life.
        let limits = ["connect-timeout = 10", "speed-limit = 1", "speed-time = \(silence)"]
        return (lines + limits + ["include", "suppress-connect-headers", "no-buffer", "silent", "http1.1"]).joined(separator: "\n") + "\n"
    }
}
