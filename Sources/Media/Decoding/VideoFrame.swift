import CFFmpeg
import Imaging

/// One decoded frame. Its pixels are converted by `image()` on demand, so that unused frames only cost decoding. Retains its
/// decoded picture in memory.
package struct VideoFrame {
    /// Zero-based position in presentation order, equal to `n` of FFmpeg's `select` filter.
    package let index: Int
    /// Presentation time in seconds from the start of the file.
    package let time: Double
    /// Displayed size, after rotation.
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

    /// The frame as 8-bit RGB, rotated for display. The sample aspect ratio is not applied, because masks are drawn on stored
    /// pixels.
    /// - Throws: `VideoError` if the pixel format cannot be converted.
    package func image() throws -> RGBImage {
        try converter.rgb(picture, orientation: orientation)
    }
}
