import Tensors

/// The model's output for one object in one frame.
package struct ObjectOutput: Sendable {
    /// Mask logits at a quarter of the model's input size, `[1, side, side]`.
    package let mask: Tensor
    /// Object pointer, which later frames attend to, `[1, hidden]`.
    package let pointer: Tensor
    /// Above 0 if the object is visible.
    package let objectScore: Float
    /// Predicted IoU with the object, 0...1.
    package let estimatedIoU: Float
    /// The frame's memory of the object, `[positions, memory width]`, once encoded. Rounded to bfloat16, as in the original.
    package var memory: Tensor?

    /// Logit of every pixel in the mask of an absent object.
    static let noObjectLogit: Float = -1024
}
