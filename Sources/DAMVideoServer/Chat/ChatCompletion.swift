import DAMVideo
import Imaging
import LanguageModels

/// An answer in the format of OpenAI's API.
struct ChatCompletion: Encodable {
    struct Message: Encodable {
        let role = "assistant"
        let content: String
        /// Always null, but required by the format.
        let refusal: String? = nil

        enum CodingKeys: CodingKey { case role, content, refusal }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(role, forKey: .role)
            try values.encode(content, forKey: .content)
            try values.encode(refusal, forKey: .refusal)
        }
    }

    struct Choice: Encodable {
        let index = 0
        let message: Message
        let logprobs: TokenList?
        let finishReason: String

        enum CodingKeys: String, CodingKey {
            case index, message, logprobs
            case finishReason = "finish_reason"
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(index, forKey: .index)
            try values.encode(message, forKey: .message)
            try values.encode(logprobs, forKey: .logprobs)
            try values.encode(finishReason, forKey: .finishReason)
        }
    }

    let id: String
    let object = "chat.completion"
    let created: Int
    let model: String
    let choices: [Choice]
    let usage: TokenUsage
    let damvideo: RegionReport.Container
}

/// A chunk of a streamed answer.
struct ChatChunk: Encodable {
    struct Delta: Encodable {
        var role: String?
        var content: String?
    }

    struct Choice: Encodable {
        let index = 0
        let delta: Delta
        var logprobs: TokenList?
        var finishReason: String?

        enum CodingKeys: String, CodingKey {
            case index, delta, logprobs
            case finishReason = "finish_reason"
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(index, forKey: .index)
            try values.encode(delta, forKey: .delta)
            try values.encode(logprobs, forKey: .logprobs)
            try values.encode(finishReason, forKey: .finishReason)
        }
    }

    let id: String
    let object = "chat.completion.chunk"
    let created: Int
    let model: String
    let choices: [Choice]
    /// Encoded as null before the last chunk; nil if the client did not request it.
    var usage: TokenUsage??
    var damvideo: RegionReport.Container?
}

struct TokenUsage: Encodable {
    let promptTokens: Int
    let completionTokens: Int

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(promptTokens, forKey: .promptTokens)
        try values.encode(completionTokens, forKey: .completionTokens)
        try values.encode(promptTokens + completionTokens, forKey: .totalTokens)
    }
}

/// Generated tokens with their probabilities.
struct TokenList: Encodable {
    struct Alternative: Encodable {
        let token: String
        let logprob: Float
        let bytes: [UInt8]

        init(_ entry: TokenProbability.Entry, _ tokenizer: LlamaTokenizer) {
            bytes = tokenizer.bytes(of: entry.token)
            token = String(decoding: bytes, as: UTF8.self)
            // JSON has no infinity; OpenAI uses -9999 for tokens out of range.
            logprob = max(entry.logProbability, -9999)
        }
    }

    struct Entry: Encodable {
        let drawn: Alternative
        let best: [Alternative]

        enum CodingKeys: String, CodingKey {
            case token, logprob, bytes
            case topLogprobs = "top_logprobs"
        }

        init(_ probability: TokenProbability, _ tokenizer: LlamaTokenizer) {
            drawn = Alternative(probability.drawn, tokenizer)
            best = probability.best.map { Alternative($0, tokenizer) }
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(drawn.token, forKey: .token)
            try values.encode(drawn.logprob, forKey: .logprob)
            try values.encode(drawn.bytes, forKey: .bytes)
            try values.encode(best, forKey: .topLogprobs)
        }
    }

    let content: [Entry]
    let refusal: [Entry]? = nil

    enum CodingKeys: CodingKey { case content, refusal }
}

/// A request's region, as reported in the response.
struct RegionReport: Encodable, Sendable {
    struct Container: Encodable { let region: RegionReport }

    struct Picture: Encodable {
        /// Zero-based index of the image in the message; nil if there is only one.
        var picture: Int?
        let source: PictureRegion.Source
        /// Left, top, width, height in pixels.
        let box: [Int]?
        let area: Int
        var segmented: Bool?
        var label: String?

        init(_ region: PictureRegion, picture: Int?) {
            self.picture = picture
            source = region.source
            box = region.mask.boundingBox.map { [$0.left, $0.top, $0.width, $0.height] }
            area = region.mask.area
            segmented = region.isSegmented ? true : nil
            label = region.label
        }
    }

    let source: PictureRegion.Source
    var pictures: [Picture]

    func encode(to encoder: any Encoder) throws {
        if pictures.count == 1, let only = pictures.first, only.picture == nil { return try only.encode(to: encoder) }
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(source, forKey: .source)
        try values.encode(pictures, forKey: .pictures)
    }

    private enum CodingKeys: CodingKey { case source, pictures }
}
