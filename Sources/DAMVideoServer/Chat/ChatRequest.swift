import Foundation

/// A chat completion request in the format of OpenAI's API. Unknown fields are ignored.
struct ChatRequest: Decodable {
    var model: String?
    let messages: [ChatMessage]
    /// One region for all images, or one for each.
    var region: RegionList?
    var temperature: Double?
    var topP: Double?
    var seed: Int?
    var maxTokens: Int?
    var count: Int?
    var stop: [String]
    var streams: Bool
    /// True to end a stream with the token usage.
    var includesUsage: Bool
    /// Number of alternatives to report for each token; nil for no report.
    var alternatives: Int?
    /// Type of the response format; `text` by default.
    var format: String

    private enum CodingKeys: String, CodingKey {
        case model, messages, region, temperature, seed, n, stop, stream, logprobs
        case topP = "top_p"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case streamOptions = "stream_options"
        case topLogprobs = "top_logprobs"
        case responseFormat = "response_format"
    }

    private struct StreamOptions: Decodable {
        let includeUsage: Bool?

        enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    private struct ResponseFormat: Decodable { let type: String }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        model = try values.decodeIfPresent(String.self, forKey: .model)
        messages = try values.decode([ChatMessage].self, forKey: .messages)
        region = try values.decodeIfPresent(RegionList.self, forKey: .region)
        temperature = try values.decodeIfPresent(Double.self, forKey: .temperature)
        topP = try values.decodeIfPresent(Double.self, forKey: .topP)
        seed = try values.wholeNumber(forKey: .seed)
        maxTokens = try values.wholeNumber(forKey: .maxCompletionTokens) ?? values.wholeNumber(forKey: .maxTokens)
        count = try values.wholeNumber(forKey: .n)
        stop = try values.decodeIfPresent(StopWords.self, forKey: .stop)?.words ?? []
        streams = try values.decodeIfPresent(Bool.self, forKey: .stream) ?? false
        includesUsage = try values.decodeIfPresent(StreamOptions.self, forKey: .streamOptions)?.includeUsage ?? false
        let top = try values.wholeNumber(forKey: .topLogprobs)
        alternatives = try values.decodeIfPresent(Bool.self, forKey: .logprobs) ?? false ? top ?? 0 : nil
        format = try values.decodeIfPresent(ResponseFormat.self, forKey: .responseFormat)?.type ?? "text"
        try check(top: top)
    }

    /// The user's last message.
    var question: ChatMessage? { messages.last { $0.role == "user" } }

    /// Checks that this server's model can answer the request.
    /// - Throws: `APIError` 400 for another response format, or a question without an image.
    func checkIsForModel() throws {
        guard format == "text" else {
            throw APIError(
                400, "response_format: found \(format.prefix(40)), expected text, or a server started with --upstream: the model "
                    + "describes and fills no forms", param: "response_format", code: "invalid_value")
        }
        guard let question else {
            throw APIError(400, "messages: found none of the role user, expected at least one", param: "messages", code: "invalid_value")
        }
        guard question.hasPicture else {
            throw APIError(
                400, "messages: found no picture in the last message of the user, expected one, or a server started with --upstream: "
                    + "this model describes what it is shown", param: "messages", code: "picture_missing")
        }
    }

    private func check(top: Int?) throws {
        func require(_ holds: Bool, _ param: String, _ message: String) throws {
            guard holds else { throw APIError(400, "\(param): \(message)", param: param, code: "invalid_value") }
        }
        try require(!messages.isEmpty, "messages", "found none, expected at least one")
        try require((0...2).contains(temperature ?? 0), "temperature", "found \(temperature ?? 0), expected 0 to 2")
        try require((0...1).contains(topP ?? 0), "top_p", "found \(topP ?? 0), expected 0 to 1")
        try require(maxTokens ?? 1 >= 1, "max_tokens", "found \(maxTokens ?? 0), expected 1 or more")
        try require(count ?? 1 == 1, "n", "found \(count ?? 0), expected 1")
        let areFit = stop.count <= 16 && stop.allSatisfy { !$0.isEmpty && $0.utf8.count <= 1024 }
        try require(areFit, "stop", "found \(stop.count) strings, expected at most 16, none empty or longer than 1024 bytes")
        try require((0...20).contains(top ?? 0), "top_logprobs", "found \(top ?? 0), expected 0 to 20")
        try require(top == nil || alternatives != nil, "top_logprobs", "found without logprobs, expected logprobs: true")
    }
}

/// A string or a list of strings.
private struct StopWords: Decodable {
    let words: [String]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        words = try (try? value.decode(String.self)).map { [$0] } ?? value.decode([String].self)
    }
}

/// One message: text, and optionally images or a clip.
struct ChatMessage: Decodable {
    enum Part: Equatable {
        case text(String)
        /// A URL.
        case image(String)
        /// A URL.
        case video(String)
    }

    let role: String
    let parts: [Part]

    private enum CodingKeys: CodingKey { case role, content }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        role = try values.decode(String.self, forKey: .role)
        if let text = try? values.decodeIfPresent(String.self, forKey: .content) {
            parts = [.text(text)]
        } else {
            parts = try values.decodeIfPresent([ContentPart].self, forKey: .content)?.map(\.part) ?? []
        }
    }

    var hasPicture: Bool { parts.contains { if case .text = $0 { false } else { true } } }

    /// The text parts, one per line.
    var text: String {
        parts.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: "\n")
    }
}

private struct ContentPart: Decodable {
    let part: ChatMessage.Part

    private enum CodingKeys: String, CodingKey {
        case type, text
        case imageURL = "image_url"
        case inputImage = "input_image"
        case videoURL = "video_url"
        case inputVideo = "input_video"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let type = try values.decode(String.self, forKey: .type)
        switch type {
        case "text", "input_text": part = .text(try values.decode(String.self, forKey: .text))
        case "image_url", "input_image": part = .image(try values.decode(MediaURL.self, forKey: .imageURL).url)
        case "video_url": part = .video(try values.decode(MediaURL.self, forKey: .videoURL).url)
        case "input_video":
            part = .video(try values.decode(MediaURL.self, forKey: values.contains(.inputVideo) ? .inputVideo : .videoURL).url)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values, debugDescription: "found \(type.prefix(40)), expected text, image_url, video_url or input_video")
        }
    }
}

/// A URL, alone or in an object; or base64 data with its format.
private struct MediaURL: Decodable {
    let url: String

    private enum CodingKeys: CodingKey { case url, data, format }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            url = text
            return
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let data = try values.decodeIfPresent(String.self, forKey: .data) {
            let format = try values.decodeIfPresent(String.self, forKey: .format) ?? "mp4"
            url = data.hasPrefix("data:") ? data : "data:video/\(format);base64,\(data)"
        } else {
            url = try values.decode(String.self, forKey: .url)
        }
    }
}
