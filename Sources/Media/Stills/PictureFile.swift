import CFFmpeg
import Imaging

/// Encoding of image files.
package enum PictureFile {
    /// File extensions of the supported formats.
    package static let endings = ["png", "jpg", "jpeg"]

    /// Encodes an image as PNG, or as JPEG if the path's extension says so.
    /// - Parameter path: destination.
    /// - Throws: `VideoError` if FFmpeg cannot encode it.
    package static func data(_ image: RGBImage, path: String) throws -> [UInt8] {
        let name = path.lowercased(), size = PictureSize(width: image.width, height: image.height)
        if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") { return try JPEGEncoder(size: size, quantiser: 2, path: path).jpeg(image) }
        let picture = try EncoderPicture(
            size: size, isEven: false, format: AV_PIX_FMT_RGB24, matrix: AVCOL_SPC_RGB, range: AVCOL_RANGE_JPEG, path: path)
        return try LabelPNGEncoder.encode(try picture(image), path: path)
    }
}
