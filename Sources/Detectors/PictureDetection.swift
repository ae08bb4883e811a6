import Imaging

/// An object that a detector found in a picture.
package struct PictureDetection: Sendable {
    /// In the picture's pixels.
    package let box: Rectangle
    package let label: String
    /// Number of the label in the model.
    package let labelNumber: Int
    /// 0...1.
    package let score: Float
    /// Mask of the picture's size; nil for detectors without masks.
    package let mask: Mask?

    package init(box: Rectangle, label: String, labelNumber: Int, score: Float, mask: Mask? = nil) {
        (self.box, self.label, self.labelNumber, self.score, self.mask) = (box, label, labelNumber, score, mask)
    }
}
