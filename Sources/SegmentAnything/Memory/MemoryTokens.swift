import Tensors

/// Tokens that a frame is compared with: memories of frames, place by place, then pointers of the object.
package struct MemoryTokens: Sendable {
    /// With their positions in space and time added, `[count, memory width]`.
    let keys: Tensor
    /// `[count, memory width]`.
    let values: Tensor
    /// Rows of memories; those after them are pointers, which stand at no place.
    let spatialTokens: Int

    package init(keys: Tensor, values: Tensor, spatialTokens: Int) {
        self.keys = keys
        self.values = values
        self.spatialTokens = spatialTokens
    }
}
