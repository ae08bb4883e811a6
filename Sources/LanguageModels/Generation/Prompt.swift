import Tensors

/// What a language model is given to continue.
package struct Prompt: Sendable {
    /// Token ids at its beginning that other prompts have as well: they are read once for all of them. May be none.
    let shared: [Int]
    /// What follows, text and image tokens alike, `[tokens, width]`; at least one.
    package let embeddings: Tensor

    package init(_ embeddings: Tensor, after shared: [Int] = []) {
        self.shared = shared
        self.embeddings = embeddings
    }

    /// Tokens in all.
    package var count: Int { shared.count + embeddings.rows }
}
