import Imaging

/// How an answer is drawn from the model. Defaults are the published tool's.
package struct GenerationOptions: Sendable, Equatable {
    /// Most tokens of an answer.
    package var maxNewTokens = 512
    /// Divides the logits; 0 takes the likeliest token each time.
    package var temperature: Float = 0.2
    /// Only the k likeliest tokens are drawn from; nil for all.
    package var topK: Int? = 50
    /// Only the smallest set of likeliest tokens whose probability exceeds this is drawn from.
    package var topP: Float = 0.5
    /// Answers followed side by side; 1 for none but the one.
    package var numBeams = 1
    /// Equal seeds give equal answers.
    package var seed: UInt64 = 0

    package init() {}

    package var isGreedy: Bool { temperature == 0 }
}

/// Why an answer ended.
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
