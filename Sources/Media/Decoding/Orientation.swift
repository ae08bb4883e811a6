import CFFmpeg
import Imaging

/// Transformation of a stored picture for display: first transposed (rows become columns), then mirrored. Covers rotations by
/// multiples of 90° and mirroring, which is all that cameras write; other angles are ignored.
package struct Orientation: Sendable, Equatable {
    package var transposed = false
    package var mirroredHorizontally = false
    package var mirroredVertically = false

    package static let asStored = Orientation()

    package init() {}

    /// - Parameter matrix: FFmpeg's 3 x 3 display matrix (`libavutil/display.h`): a stored pixel (x, y) is shown at
    ///   (m0 x + m3 y + ..., m1 x + m4 y + ...).
    init(matrix: UnsafePointer<Int32>?) {
        guard let matrix else { return }
        let a = Double(matrix[0]), b = Double(matrix[1]), c = Double(matrix[3]), d = Double(matrix[4])
        // 1/50 is about one degree, within which FFmpeg's own tools round to a multiple of 90°.
        if max(abs(b), abs(c)) * 50 < min(abs(a), abs(d)) {
            mirroredHorizontally = a < 0
            mirroredVertically = d < 0
        } else if max(abs(a), abs(d)) * 50 < min(abs(b), abs(c)) {
            transposed = true
            mirroredHorizontally = c < 0
            mirroredVertically = b < 0
        }
    }

    /// The displayed size of a picture with this stored size, and vice versa.
    package func size(of stored: PictureSize) -> PictureSize {
        transposed ? PictureSize(width: stored.height, height: stored.width) : stored
    }

    /// Copies a raster into display orientation.
    /// - Parameters:
    ///   - source: rows of `stride` bytes, `channels` bytes per pixel, of the stored size.
    /// - Returns: `[height, width, channels]` of the displayed size.
    func apply(
        to source: UnsafePointer<UInt8>, stride: Int, stored: PictureSize, channels: Int
    ) -> [UInt8] {
        let shown = size(of: stored)
        let count = shown.width * shown.height * channels
        return [UInt8](unsafeUninitializedCapacity: count) { result, initialized in
            guard let target = result.baseAddress else { return }
            for row in 0..<shown.height {
                let line = target + row * shown.width * channels
                let across = mirroredVertically ? shown.height - 1 - row : row
                if !transposed && !mirroredHorizontally {
                    line.update(from: source + across * stride, count: shown.width * channels)
                    continue
                }
                for column in 0..<shown.width {
                    let along = mirroredHorizontally ? shown.width - 1 - column : column
                    let pixel = transposed ? along * stride + across * channels : across * stride + along * channels
                    for channel in 0..<channels { line[column * channels + channel] = source[pixel + channel] }
                }
            }
            initialized = count
        }
    }

    /// Rotates a mask of the stored picture for display.
    package func turned(_ mask: Mask) -> Mask {
        let stored = PictureSize(width: mask.width, height: mask.height), shown = size(of: stored)
        let pixels = mask.pixels.withUnsafeBufferPointer { pixels in
            pixels.baseAddress.map { apply(to: $0, stride: stored.width, stored: stored, channels: 1) } ?? []
        }
        return Mask(width: shown.width, height: shown.height, pixels: pixels)
    }

    /// Rotates a box in the stored picture for display.
    package func turned(_ box: BoundingBox, stored: PictureSize) -> BoundingBox {
        let shown = size(of: stored)
        var turned = transposed
            ? BoundingBox(left: box.top, top: box.left, width: box.height, height: box.width) : box
        if mirroredHorizontally {
            turned = BoundingBox(
                left: shown.width - turned.left - turned.width, top: turned.top, width: turned.width, height: turned.height)
        }
        if mirroredVertically {
            turned = BoundingBox(
                left: turned.left, top: shown.height - turned.top - turned.height, width: turned.width, height: turned.height)
        }
        return turned
    }
}
