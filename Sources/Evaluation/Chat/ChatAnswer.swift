import Imaging

/// A chat service's answer.
package struct ChatAnswer: Sendable, Equatable {
    package let text: String
    /// Reason for its end as the service tells it, such as `stop`, or `length` for a text that was cut off; nil if it tells none.
    package let finishReason: String?
    /// Tokens of the text; nil if the service does not count them.
    package let tokens: Int?

    package init(text: String, finishReason: String? = nil, tokens: Int? = nil) {
        (self.text, self.finishReason, self.tokens) = (text, finishReason, tokens)
    }
}
