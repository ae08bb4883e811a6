import Foundation
import Synchronization

/// A request to Ollama's API.
struct OllamaRequest {
    private let fields: [String: Any]
    private let isChat: Bool

    /// Facts of the request that the answer depends on.
    final class Kind: Sendable {
        private let isStream = Atomic(false)

        var streams: Bool { isStream.load(ordering: .relaxed) }

        func set(streams: Bool) { isStream.store(streams, ordering: .relaxed) }
    }

    /// - Throws: `APIError` 400 if it is not a JSON object.
    init(_ data: Data, isChat: Bool) throws {
        guard let fields = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw APIError(400, "the body: found no JSON object, expected one", code: "invalid_json")
        }
        (self.fields, self.isChat) = (fields, isChat)
    }

    /// Ollama streams unless told otherwise.
    var streams: Bool { fields["stream"] as? Bool ?? true }

    /// Strips Ollama's default tag if the rest is a name of this server's model.
    static func name(_ name: String, of engine: ServerEngine) -> String {
        let tag = ":latest", bare = String(name.dropLast(tag.count))
        return name.hasSuffix(tag) && engine.isModel(bare) ? bare : name
    }

    /// The request in OpenAI's format.
    /// - Throws: `APIError` 400 without messages, or for images that are not strings.
    func body(for engine: ServerEngine) throws -> Data {
        var body: [String: Any] = ["messages": try messages()]
        if let name = fields["model"] as? String { body["model"] = Self.name(name, of: engine) }
        let options = fields["options"] as? [String: Any] ?? [:]
        for (name, own) in [("temperature", "temperature"), ("top_p", "top_p"), ("seed", "seed"), ("stop", "stop")] {
            if let value = options[name], !(value is NSNull) { body[own] = value }
        }
        if let most = options["num_predict"] as? Int, most > 0 { body["max_tokens"] = most }
        switch fields["format"] {
        case let schema as [String: Any]:
            body["response_format"] = ["type": "json_schema", "json_schema": ["name": "answer", "schema": schema]]
        case let name as String where !name.isEmpty: body["response_format"] = ["type": "json_object"]
        default: break
        }
        return try JSONSerialization.data(withJSONObject: body, options: [.withoutEscapingSlashes])
    }

    private func messages() throws -> [[String: Any]] {
        guard isChat else {
            let system = (fields["system"] as? String).map { [["role": "system", "content": $0] as [String: Any]] } ?? []
            return try system + [message(role: "user", fields["prompt"], fields["images"])]
        }
        guard let messages = fields["messages"] as? [[String: Any]] else {
            throw APIError(400, "messages: found no list, expected one", param: "messages", code: "invalid_value")
        }
        return try messages.map { try message(role: $0["role"] as? String ?? "user", $0["content"], $0["images"]) }
    }

    private func message(role: String, _ text: Any?, _ images: Any?) throws -> [String: Any] {
        // Ollama's placeholders for images.
        let text = (text as? String ?? "").replacing("[img]", with: "")
        guard let images, !(images is NSNull) else { return ["role": role, "content": text] }
        guard let images = images as? [String] else {
            throw APIError(400, "images: found something else, expected a list of base64 texts", param: "images", code: "invalid_value")
        }
        let pictures = images.map { image -> [String: Any] in
            ["type": "image_url", "image_url": ["url": image.hasPrefix("data:") ? image : "data:;base64," + image]]
        }
        return ["role": role, "content": [["type": "text", "text": text]] + pictures]
    }
}

/// An answer in Ollama's format.
struct OllamaAnswer: Encodable {
    private let model, text, reason: String
    private let isChat: Bool
    private let tokens: (prompt: Int?, answer: Int?)
    private let time: Duration

    /// - Parameter fields: fields of the answer in OpenAI's format.
    init(_ fields: [String: Any], model: String, isChat: Bool, time: Duration) {
        let choice = (fields["choices"] as? [[String: Any]])?.first, usage = fields["usage"] as? [String: Any]
        text = (choice?["message"] as? [String: Any])?["content"] as? String ?? ""
        reason = choice?["finish_reason"] as? String ?? "stop"
        tokens = (usage?["prompt_tokens"] as? Int, usage?["completion_tokens"] as? Int)
        (self.model, self.isChat, self.time) = (model, isChat, time)
    }

    private enum CodingKeys: String, CodingKey {
        case model, message, response, done
        case created = "created_at"
        case reason = "done_reason"
        case time = "total_duration"
        case promptTokens = "prompt_eval_count"
        case tokens = "eval_count"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(model, forKey: .model)
        try values.encode(DateText.text(Date().timeIntervalSince1970), forKey: .created)
        if isChat {
            try values.encode(["role": "assistant", "content": text], forKey: .message)
        } else {
            try values.encode(text, forKey: .response)
        }
        try values.encode(true, forKey: .done)
        try values.encode(reason, forKey: .reason)
        try values.encode(Int(time / .nanoseconds(1)), forKey: .time)
        try values.encodeIfPresent(tokens.prompt, forKey: .promptTokens)
        try values.encodeIfPresent(tokens.answer, forKey: .tokens)
    }
}
