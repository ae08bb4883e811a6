/// An 8-bit RGB image, `[height, width, 3]`, top row first.
public struct RGBImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// R, G, B of each pixel, row by row: `height * width * 3` values.
    public let pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "RGBImage: size and pixels differ")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The image cropped to `box`, which must lie within it and not be empty.
    package func cropped(to box: BoundingBox) -> RGBImage {
        RGBImage(
            width: box.width, height: box.height,
            pixels: cropRows(pixels, width: width, height: height, channels: 3, to: box))
    }

    /// The image with every pixel outside `mask` (of the same size) black.
    package func masked(by mask: Mask) -> RGBImage {
        precondition(mask.width == width && mask.height == height, "RGBImage: mask of another size")
        var result = pixels
        for (index, value) in mask.pixels.enumerated() where value == 0 {
            for channel in 0..<3 { result[index * 3 + channel] = 0 }
        }
        return RGBImage(width: width, height: height, pixels: result)
    }
}

/// Crops an interleaved 8-bit raster to `box`.
func cropRows(_ pixels: [UInt8], width: Int, height: Int, channels: Int, to box: BoundingBox) -> [UInt8] {
    precondition(
        box.width > 0 && box.height > 0 && box.left >= 0 && box.top >= 0
            && box.left + box.width <= width && box.top + box.height <= height, "crop outside the picture")
    var result: [UInt8] = []
    result.reserveCapacity(box.width * box.height * channels)
    for row in box.top..<box.top + box.height {
        let start = (row * width + box.left) * channels
        result += pixels[start..<start + box.width * channels]
    }
    return result
}
