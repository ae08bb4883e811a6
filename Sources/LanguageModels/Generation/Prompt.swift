import Tensors

/// A language model's prompt.
package struct Prompt: Sendable {
    /// Token ids at the start of the prompt that other prompts share; they are prefilled once for all. May be empty.
    let shared: [Int]
    /// Embeddings of the rest, text and image tokens, `[tokens, width]`; at least one row.
    package let embeddings: Tensor

    package init(_ embeddings: Tensor, after shared: [Int] = []) {
        self.shared = shared
        self.embeddings = embeddings
    }

    /// Total number of tokens.
    package var count: Int { shared.count + embeddings.rows }
}
