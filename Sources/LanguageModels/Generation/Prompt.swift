import Tensors

/// The input of a language model, to be continued.
package struct Prompt: Sendable {
    /// Token ids at its beginning that other prompts have as well: they are read once for all of them. May be none.
    let shared: [Int]
    /// Embeddings of what follows, text and image tokens alike, `[tokens, width]`; at least one.
    package let embeddings: Tensor

    package init(_ embeddings: Tensor, after shared: [Int] = []) {
        self.shared = shared
        self.embeddings = embeddings
    }

    /// Tokens in all.
    package var count: Int { shared.count + embeddings.rows }
}
