/// An image with alpha for compositing, `[height, width, 4]`: premultiplied red, green and blue, then alpha.
package struct TranslucentImage: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let pixels: [UInt8]

    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 4, "TranslucentImage: size and pixels differ")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
