import CFFmpeg
import Imaging

/// One decoded still image, before its values are interpreted.
struct StillPicture {
    let frame: FrameHandle
    let orientation: Orientation
    /// The container, if the file is a PNG.
    let png: PNGContainer?
    let path: String
}

extension StillPicture {
    /// Decodes the file at `path`: PNG strictly, other formats as the first frame that FFmpeg finds.
    /// - Throws: `VideoError`.
    init(path: String, keepsTransparency: Bool = false) throws {
        if let bytes = try readFile(path, startingWith: PNGContainer.signature, maximum: 1 << 29) {
            try self.init(png: bytes, path: path, keepsTransparency: keepsTransparency)
            return
        }
        let decoder = try VideoDecoder(path: path, isStill: true)
        guard let first = try decoder.next() else {
            throw VideoError.invalid(path: path, found: "no picture", expected: "a picture")
        }
        // Asking for another frame shows whether the image was complete.
        if try decoder.next() == nil, let damage = decoder.damage {
            throw VideoError.invalid(path: path, found: "a damaged picture (\(damage))", expected: "a complete one")
        }
        self.init(frame: first.picture, orientation: first.orientation, png: nil, path: path)
    }

    /// - Parameters:
    ///   - bytes: a PNG file.
    ///   - path: name in errors.
    /// - Throws: `VideoError` if the file is truncated, corrupt or has fewer rows than its header declares.
    init(png bytes: [UInt8], path: String, keepsTransparency: Bool = false) throws {
        let container = try PNGContainer(bytes, path: path, keepsTransparency: keepsTransparency)
        let frame = try decodePNG(container, path: path)
        self.init(frame: frame, orientation: .asStored, png: container, path: path)
    }

    /// The image as 8-bit RGB: alpha dropped, not blended; higher bit depths rounded by swscale.
    func rgb() throws -> RGBImage {
        try PictureConverter(path: path).rgb(frame, orientation: orientation)
    }

    /// Mask of the pixels with alpha above 0; nil if the pixel format has no alpha, or is a palette without transparent entries.
    func alphaMask() throws -> Mask? {
        guard let format = av_pix_fmt_desc_get(frame.format),
            format.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0
        else { return nil }
        let samples = try RGBASamples(self)
        if frame.format == AV_PIX_FMT_PAL8, samples.isOpaque { return nil }
        return samples.mask(ofChannels: 3..<4)
    }

    /// Mask of the pixels with any of R, G, B above 0.
    func colourMask() throws -> Mask {
        try RGBASamples(self).mask(ofChannels: 0..<3)
    }

    /// The palette index of each pixel, `[height, width]`; nil if the image has no palette.
    func paletteIndices() -> [UInt8]? {
        guard frame.format == AV_PIX_FMT_PAL8, let data = frame.pointer.pointee.data.0 else { return nil }
        return orientation.apply(
            to: data, stride: Int(frame.pointer.pointee.linesize.0), stored: frame.size, channels: 1)
    }
}

extension StillPicture {
    /// Grey level of each of the 256 palette entries, nil for coloured ones; nil if the image has no palette.
    var paletteGreys: [UInt16?]? {
        guard frame.format == AV_PIX_FMT_PAL8, let data = frame.pointer.pointee.data.1 else { return nil }
        // AVPALETTE: 32 bits per entry, 0xAARRGGBB.
        let entries = UnsafeRawBufferPointer(start: data, count: 256 * 4)
        return (0..<256).map { entry in
            let colour = entries.loadUnaligned(fromByteOffset: entry * 4, as: UInt32.self), grey = colour & 0xFF
            return colour & 0xFF_FFFF == grey * 0x01_0101 ? UInt16(grey) : nil
        }
    }
}

/// An image's R, G, B and alpha with 8 bits each, or 16 if the image has more than 8.
private struct RGBASamples {
    private let size: PictureSize
    private let bytesPerSample: Int
    private let bytes: [UInt8]

    init(_ picture: StillPicture) throws {
        let isDeep = av_pix_fmt_desc_get(picture.frame.format).map { $0.pointee.comp.0.depth > 8 } ?? false
        bytesPerSample = isDeep ? 2 : 1
        bytes = try PictureConverter(path: picture.path).packed(
            picture.frame, as: isDeep ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_RGBA, bytesPerPixel: 4 * bytesPerSample,
            orientation: picture.orientation)
        size = picture.orientation.size(of: picture.frame.size)
    }

    /// Valid for 8 bits only.
    var isOpaque: Bool {
        stride(from: 3, to: bytes.count, by: 4).allSatisfy { bytes[$0] == 255 }
    }

    /// Mask of the pixels with any nonzero byte in these channels.
    func mask(ofChannels channels: Range<Int>) -> Mask {
        let wanted = channels.lowerBound * bytesPerSample..<channels.upperBound * bytesPerSample
        let pixels = stride(from: 0, to: bytes.count, by: 4 * bytesPerSample).map { pixel -> UInt8 in
            wanted.contains { bytes[pixel + $0] != 0 } ? 1 : 0
        }
        return Mask(width: size.width, height: size.height, pixels: pixels)
    }
}
