import Tensors

/// Tokens to which a frame attends: memories of frames, position by position, then object pointers.
package struct MemoryTokens: Sendable {
    /// Keys, with spatial and temporal position encodings added, `[count, memory width]`.
    let keys: Tensor
    /// `[count, memory width]`.
    let values: Tensor
    /// Number of memory rows; the rows after them are pointers, which have no spatial position.
    let spatialTokens: Int

    package init(keys: Tensor, values: Tensor, spatialTokens: Int) {
        self.keys = keys
        self.values = values
        self.spatialTokens = spatialTokens
    }
}
