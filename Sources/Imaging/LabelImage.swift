/// An image of object ids, `[height, width]`; 0 is background.
package struct LabelImage: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// One value per pixel, row by row.
    package let values: [UInt16]

    package init(width: Int, height: Int, values: [UInt16]) {
        precondition(width > 0 && height > 0 && values.count == width * height, "LabelImage: size and values differ")
        self.width = width
        self.height = height
        self.values = values
    }

    /// Mask of the pixels whose value is `label`.
    package func mask(of label: UInt16) -> Mask {
        Mask(width: width, height: height, pixels: values.map { $0 == label ? 1 : 0 })
    }

    /// Mask of the nonzero pixels.
    package var foreground: Mask {
        Mask(width: width, height: height, pixels: values.map { $0 == 0 ? 0 : 1 })
    }
}
