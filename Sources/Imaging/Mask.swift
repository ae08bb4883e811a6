/// A binary region, `[height, width]`: 1 inside, 0 outside.
public struct Mask: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// 0 or 1 for each pixel, row by row.
    public let pixels: [UInt8]

    /// - Parameter pixels: nonzero values count as inside.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height, "Mask: size and pixels differ")
        self.width = width
        self.height = height
        self.pixels = pixels.map { $0 == 0 ? 0 : 1 }
    }

    /// Number of pixels inside.
    public var area: Int { pixels.reduce(0) { $0 + Int($1) } }

    /// The smallest box that contains every pixel inside; nil for an empty mask.
    public var boundingBox: BoundingBox? {
        var left = width, right = -1, top = height, bottom = -1
        pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<height {
                let line = pixels[row * width..<(row + 1) * width]
                guard let first = line.firstIndex(of: 1), let last = line.lastIndex(of: 1) else { continue }
                left = min(left, first - line.startIndex)
                right = max(right, last - line.startIndex)
                top = min(top, row)
                bottom = row
            }
        }
        guard right >= 0 else { return nil }
        return BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// The mask cropped to `box`, which must lie within it and not be empty.
    package func cropped(to box: BoundingBox) -> Mask {
        Mask(
            width: box.width, height: box.height,
            pixels: cropRows(pixels, width: width, height: height, channels: 1, to: box))
    }

    /// The mask downscaled: a pixel is inside if any of the pixels it covers is, so that nothing vanishes.
    /// - Parameter width, height: at most the mask's own.
    package func reduced(width: Int, height: Int) -> Mask {
        precondition((1...self.width).contains(width) && (1...self.height).contains(height), "Mask: reduced to more pixels")
        var result = [UInt8](repeating: 0, count: width * height)
        pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<self.height {
                let start = row * height / self.height * width
                for column in 0..<self.width where pixels[row * self.width + column] != 0 {
                    result[start + column * width / self.width] = 1
                }
            }
        }
        return Mask(width: width, height: height, pixels: result)
    }
}
