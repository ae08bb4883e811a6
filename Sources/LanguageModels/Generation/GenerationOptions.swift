import Imaging

/// Sampling parameters of an answer. Defaults are those of the published tool.
public struct GenerationOptions: Sendable, Equatable, Codable {
    /// Divides the logits; 0 selects greedy decoding.
    public var temperature = 0.2
    /// Nucleus sampling: draws from the smallest set of most probable tokens whose total probability exceeds this; above 0 and
    /// at most 1.
    public var topP = 0.5
    /// Draws from the k most probable tokens; nil for all.
    public var topK: Int? = 50
    /// Number of beams; 1 disables beam search.
    public var numBeams = 1
    /// Upper bound on an answer's tokens.
    public var maxNewTokens = 512
    /// Equal seeds give equal answers, whatever else is in the batch.
    public var seed: UInt64 = 0

    enum CodingKeys: String, CodingKey {
        case temperature, seed
        case topP = "top_p"
        case topK = "top_k"
        case numBeams = "num_beams"
        case maxNewTokens = "max_new_tokens"
    }

    public init() {}

    /// True if the temperature is 0 in single precision, which is that of the logits.
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
    /// The model generated an EOS token.
    case stop
    /// `maxNewTokens` was reached, or the model's context was full.
    case length
}

/// A generated answer.
package struct Generation: Sendable {
    /// New tokens, including the EOS token.
    package let tokens: [Int]
    /// The text, trimmed and without special tokens.
    package let text: String
    package let finishReason: FinishReason
}

/// Error for a prompt that leaves no room for an answer.
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
