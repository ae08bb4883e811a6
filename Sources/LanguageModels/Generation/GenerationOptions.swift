import Imaging

/// Sampling parameters of an answer; its query apart. Defaults are the published tool's.
public struct GenerationOptions: Sendable, Equatable, Codable {
    /// Divides the logits; 0 takes the likeliest token each time.
    public var temperature = 0.2
    /// Draws from the smallest set of likeliest tokens whose probability exceeds this, above 0 and at most 1.
    public var topP = 0.5
    /// Draws from the k likeliest tokens; nil for all.
    public var topK: Int? = 50
    /// Beams of the search; 1 for none.
    public var numBeams = 1
    /// Most tokens of an answer.
    public var maxNewTokens = 512
    /// Equal seeds give equal answers, whatever else is generated.
    public var seed: UInt64 = 0

    enum CodingKeys: String, CodingKey {
        case temperature, seed
        case topP = "top_p"
        case topK = "top_k"
        case numBeams = "num_beams"
        case maxNewTokens = "max_new_tokens"
    }

    public init() {}

    /// True for a temperature of 0 in single precision, as logits have it.
    var isGreedy: Bool { Float(temperature) == 0 }

    /// - Throws: `InputError` of category `usage` for a value out of range.
    public func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            guard holds else { throw InputError(.usage, message) }
        }
        try require(temperature >= 0 && temperature.isFinite, "temperature \(temperature): expected 0 or more")
        try require(topP > 0 && topP <= 1, "top-p \(topP): expected more than 0 and at most 1")
        try require(topK ?? 1 >= 1, "top-k \(topK ?? 1): expected 1 or more")
        try require((1...64).contains(numBeams), "num-beams \(numBeams): expected 1 to 64")
        try require((1...1_000_000).contains(maxNewTokens), "max-new-tokens \(maxNewTokens): expected 1 to 1000000")
    }
}

/// Reason an answer ended.
package enum FinishReason: String, Sendable, Codable {
    /// The model said so.
    case stop
    /// `maxNewTokens`, or the model's context, was full.
    case length
}

/// An answer.
package struct Generation: Sendable {
    /// New tokens, with the one that ended the answer.
    package let tokens: [Int]
    /// Without special tokens, trimmed.
    package let text: String
    package let finishReason: FinishReason
}

/// A prompt that leaves no room for an answer.
package struct PromptTooLongError: CategorizedError {
    package let tokens: Int
    package let limit: Int

    package init(tokens: Int, limit: Int) {
        self.tokens = tokens
        self.limit = limit
    }

    package var category: InputError.Category { .usage }

    package var description: String { "the prompt has \(tokens) tokens, the model's context is \(limit)" }
}
