import Imaging

/// Reads stills: pictures to describe and masks. PNG is read strictly (a file that is cut off or has a wrong checksum
/// is an error, never a picture that is black from there on); everything else is what FFmpeg makes of it. A picture may
/// have up to 2^27 pixels. Turned and mirrored only when FFmpeg reports a display matrix, as it does for the EXIF
/// orientation of JPEG files and not for that of PNG files.
///
/// Every function throws `VideoError`.
package enum ImageDecoder {
    /// The picture as 8-bit RGB. 8-bit RGB, grey and palette PNGs are exact to the bit; alpha is dropped, not blended;
    /// 16 bits become 8, right or one step beside.
    package static func rgb(path: String) throws -> RGBImage {
        try StillPicture(path: path).rgb()
    }

    /// The picture as `rgb(path:)` gives it, and its alpha channel as a mask: inside is where alpha is above 0.
    /// - Returns: no mask when the picture has no alpha.
    package static func rgbWithAlphaMask(path: String) throws -> (image: RGBImage, mask: Mask?) {
        let picture = try StillPicture(path: path, keepsTransparency: true)
        return (try picture.rgb(), try picture.alphaMask())
    }

    /// A mask from any picture: inside is where the palette index, the grey value or any of R, G, B is not 0. Alpha
    /// does not count.
    package static func mask(path: String) throws -> Mask {
        try MaskPicture(path: path).foreground()
    }

    /// Object numbers from a PNG: the palette indices of an indexed one (1, 2, 4 or 8 bits) or the values of a grey one
    /// (1, 2, 4, 8 or 16 bits).
    package static func labels(path: String) throws -> LabelImage {
        try StillPicture(path: path).labels()
    }

    /// True if a PNG stores colours, which `labels(path:)` refuses, rather than numbers.
    package static func hasColours(path: String) throws -> Bool {
        guard let bytes = try readFile(path, startingWith: PNGContainer.signature, maximum: 1 << 29) else {
            throw VideoError.invalid(path: path, found: "a picture that is not a PNG", expected: "a PNG")
        }
        let png = try PNGContainer(bytes, path: path, keepsTransparency: false)
        return png.colorType == .rgb || png.colorType == .rgbAlpha
    }

    /// As `labels(path:)`, from a PNG file in memory that errors call `path`.
    package static func labels(png bytes: [UInt8], path: String) throws -> LabelImage {
        try StillPicture(png: bytes, path: path).labels()
    }
}
