import Imaging

/// An object detected in an image.
package struct PictureDetection: Sendable {
    /// In the image's pixels.
    package let box: Rectangle
    package let label: String
    /// Class number in the model.
    package let labelNumber: Int
    /// 0...1.
    package let score: Float
    /// Mask of the image's size; nil for detectors without masks.
    package let mask: Mask?

    package init(box: Rectangle, label: String, labelNumber: Int, score: Float, mask: Mask? = nil) {
        (self.box, self.label, self.labelNumber, self.score, self.mask) = (box, label, labelNumber, score, mask)
    }
}
