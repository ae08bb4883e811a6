import CFFmpeg
import Imaging

/// One decoded frame. Its pixels are converted only when `image()` asks for them, so frames nobody wants cost nothing
/// but decoding. Holding a frame holds its decoded picture in memory.
package struct VideoFrame {
    /// 0-based position in presentation order; the `n` of FFmpeg's `select` filter.
    package let index: Int
    /// Seconds of presentation from the start of the file.
    package let time: Double
    /// Width and height as shown, after rotation.
    package let size: PictureSize

    let picture: FrameHandle
    let orientation: Orientation
    private let converter: PictureConverter

    init(index: Int, time: Double, picture: FrameHandle, orientation: Orientation, converter: PictureConverter) {
        self.index = index
        self.time = time
        self.picture = picture
        self.orientation = orientation
        self.converter = converter
        size = orientation.size(of: picture.size)
    }

    /// The frame as 8-bit RGB with the file's rotation applied. Pixels are the stored ones: a sample aspect ratio
    /// other than 1 is left alone, because masks are drawn on stored pixels.
    /// - Throws: `VideoError` when the pixel format cannot be converted.
    package func image() throws -> RGBImage {
        try converter.rgb(picture, orientation: orientation)
    }
}
