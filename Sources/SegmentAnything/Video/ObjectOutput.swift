import Tensors

/// The model's output for one object in one frame.
package struct ObjectOutput: Sendable {
    /// Logits of the mask at a quarter of the model's picture, `[1, side, side]`.
    package let mask: Tensor
    /// Stands for the object when later frames are looked at, `[1, hidden]`.
    package let pointer: Tensor
    /// Above 0 where the object is visible.
    package let objectScore: Float
    /// Intersection over union with the object as the model estimates it, 0...1.
    package let estimatedIoU: Float
    /// The frame's memory of the object, `[places, memory width]`, once it is made. Rounded to bfloat16, as the original
    /// keeps it.
    package var memory: Tensor?

    /// The logit of every place of a mask of an object that is not there.
    static let noObjectLogit: Float = -1024
}
