import CFFmpeg
import Imaging

/// Pictures as files.
package enum PictureFile {
    /// Names of the layouts by the endings of files.
    package static let endings = ["png", "jpg", "jpeg"]

    /// A picture as PNG, or as JPEG for a path that ends so.
    /// - Parameter path: where it is meant to go.
    /// - Throws: `VideoError` when FFmpeg cannot encode it.
    package static func data(_ image: RGBImage, path: String) throws -> [UInt8] {
        let name = path.lowercased(), size = PictureSize(width: image.width, height: image.height)
        if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") { return try JPEGEncoder(size: size, quantiser: 2, path: path).jpeg(image) }
        let picture = try EncoderPicture(
            size: size, isEven: false, format: AV_PIX_FMT_RGB24, matrix: AVCOL_SPC_RGB, range: AVCOL_RANGE_JPEG, path: path)
        return try LabelPNGEncoder.encode(try picture(image), path: path)
    }
}
