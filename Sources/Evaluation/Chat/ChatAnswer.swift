import Imaging

/// A chat service's answer.
package struct ChatAnswer: Sendable, Equatable {
    package let text: String
    /// Reason for the end as the service reports it, such as `stop`, or `length` for a truncated text; nil if not reported.
    package let finishReason: String?
    /// Tokens of the text; nil if not reported.
    package let tokens: Int?

    package init(text: String, finishReason: String? = nil, tokens: Int? = nil) {
        (self.text, self.finishReason, self.tokens) = (text, finishReason, tokens)
    }
}
