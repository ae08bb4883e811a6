import CFFmpeg

/// Sample aspect ratio: displayed width of a pixel over its height.
package struct PixelAspect: Sendable, Hashable {
    package let width: Int
    package let height: Int

    package static let square = PixelAspect(width: 1, height: 1)

    /// - Parameters: both positive.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// The aspect ratio of a stream; square if it is missing or invalid.
    init(_ ratio: AVRational) {
        let isSensible = ratio.num > 0 && ratio.den > 0 && (0.05...20).contains(av_q2d(ratio))
        self.init(width: isSensible ? Int(ratio.num) : 1, height: isSensible ? Int(ratio.den) : 1)
    }

    /// Width by height.
    package var ratio: Double { Double(width) / Double(height) }

    /// The aspect ratio after rotation by 90°.
    var turned: PixelAspect { PixelAspect(width: height, height: width) }

    var rational: AVRational { AVRational(num: Int32(width), den: Int32(height)) }
}
