import Imaging

/// A synthetic clip for measurements: a gradient with one moving object. A stage's time depends only on the frame size and the
/// object's box, not on the content.
struct BenchmarkScene {
    static let width = 768, height = 576

    /// A frame, `[height, width, 3]`.
    static func picture(_ frame: Int) -> RGBImage {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for row in 0..<height {
            for column in 0..<width {
                let start = (row * width + column) * 3
                pixels[start] = UInt8(truncatingIfNeeded: column + frame)
                pixels[start + 1] = UInt8(truncatingIfNeeded: row)
                pixels[start + 2] = UInt8(truncatingIfNeeded: row &* column / 64)
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The object's box in pixels; it moves 4 pixels per frame.
    static func box(_ frame: Int) -> BoundingBox { BoundingBox(left: 260 + 4 * frame, top: 200, width: 120, height: 160) }

    /// The object's mask: an ellipse that fills the box.
    static func mask(_ frame: Int) -> Mask {
        let box = box(frame)
        var pixels = [UInt8](repeating: 0, count: width * height)
        for row in 0..<box.height {
            for column in 0..<box.width {
                let x = (Double(column) + 0.5) / Double(box.width) * 2 - 1, y = (Double(row) + 0.5) / Double(box.height) * 2 - 1
                if x * x + y * y <= 1 { pixels[(box.top + row) * width + box.left + column] = 1 }
            }
        }
        return Mask(width: width, height: height, pixels: pixels)
    }
}
