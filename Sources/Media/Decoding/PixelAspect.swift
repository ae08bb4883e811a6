import CFFmpeg

/// Shown width of a pixel over its height (sample aspect ratio).
package struct PixelAspect: Sendable, Hashable {
    package let width: Int
    package let height: Int

    package static let square = PixelAspect(width: 1, height: 1)

    /// - Parameters: both above 0.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// The aspect that a stream says; square when it says nothing, or nothing that makes sense.
    init(_ ratio: AVRational) {
        let isSensible = ratio.num > 0 && ratio.den > 0 && (0.05...20).contains(av_q2d(ratio))
        self.init(width: isSensible ? Int(ratio.num) : 1, height: isSensible ? Int(ratio.den) : 1)
    }

    /// Width by height.
    package var ratio: Double { Double(width) / Double(height) }

    /// The same pixel lying on its side.
    var turned: PixelAspect { PixelAspect(width: height, height: width) }

    var rational: AVRational { AVRational(num: Int32(width), den: Int32(height)) }
}
