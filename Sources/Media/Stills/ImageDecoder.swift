import Imaging

/// Decodes images and masks. PNG is read strictly (a truncated file or a wrong checksum is an error, never an image that is black
/// from there on); other formats as FFmpeg decodes them. An image may have up to 2^27 pixels. Rotated and mirrored only if FFmpeg
/// reports a display matrix, as it does for the EXIF orientation of JPEG but not of PNG files.
///
/// Every function throws `VideoError`.
package enum ImageDecoder {
    /// The image as 8-bit RGB. 8-bit RGB, grey and palette PNGs are bit-exact; alpha is dropped, not blended; 16 bits become 8
    /// within one step.
    package static func rgb(path: String) throws -> RGBImage {
        try StillPicture(path: path).rgb()
    }

    /// The image as from `rgb(path:)`, and its alpha channel as a mask, inside where alpha is above 0.
    /// - Returns: no mask if the image has no alpha.
    package static func rgbWithAlphaMask(path: String) throws -> (image: RGBImage, mask: Mask?) {
        let picture = try StillPicture(path: path, keepsTransparency: true)
        return (try picture.rgb(), try picture.alphaMask())
    }

    /// A mask from any image: inside where the palette index, the grey value or any of R, G, B is not 0. Alpha is ignored.
    package static func mask(path: String) throws -> Mask {
        try MaskPicture(path: path).foreground()
    }

    /// Object ids from a PNG: the palette indices of an indexed one (1, 2, 4 or 8 bits) or the values of a grey one (1, 2, 4, 8
    /// or 16 bits).
    package static func labels(path: String) throws -> LabelImage {
        try StillPicture(path: path).labels()
    }

    /// True if a PNG stores colours, which `labels(path:)` refuses, rather than ids.
    package static func hasColours(path: String) throws -> Bool {
        guard let bytes = try readFile(path, startingWith: PNGContainer.signature, maximum: 1 << 29) else {
            throw VideoError.invalid(path: path, found: "a picture that is not a PNG", expected: "a PNG")
        }
        let png = try PNGContainer(bytes, path: path, keepsTransparency: false)
        return png.colorType == .rgb || png.colorType == .rgbAlpha
    }

    /// Object ids as from `labels(path:)`, from a PNG in memory; `path` is its name in errors.
    package static func labels(png bytes: [UInt8], path: String) throws -> LabelImage {
        try StillPicture(png: bytes, path: path).labels()
    }
}
