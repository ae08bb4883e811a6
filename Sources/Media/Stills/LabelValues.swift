import CFFmpeg
import Imaging

extension StillPicture {
    /// The object id of each pixel: palette *indices* of an indexed PNG (its colours have no meaning), or the values of a grey
    /// one at its own bit depth.
    /// - Throws: `VideoError.invalid` for other images.
    func labels() throws -> LabelImage {
        guard let png else {
            throw VideoError.invalid(path: path, found: "a picture that is not a PNG", expected: "a PNG of object numbers")
        }
        guard png.colorType != .rgb, png.colorType != .rgbAlpha else {
            throw VideoError.invalid(path: path, found: "RGB colours", expected: "palette indices or grey values")
        }
        return LabelImage(width: png.size.width, height: png.size.height, values: try values(of: png))
    }

    private func values(of png: PNGContainer) throws -> [UInt16] {
        // FFmpeg expands 2- and 4-bit grey to 0...255 by repeating the bits; the low ones are the stored value.
        let stored = png.colorType == .grey && png.bitDepth < 8 ? UInt8(1) << png.bitDepth - 1 : 0xFF
        switch frame.format {
        case AV_PIX_FMT_PAL8, AV_PIX_FMT_GRAY8: return try samples { UInt16($0[$1] & stored) }
        case AV_PIX_FMT_YA8: return try samples { UInt16($0[$1 * 2]) }
        case AV_PIX_FMT_GRAY16BE: return try samples { UInt16($0[$1 * 2]) << 8 | UInt16($0[$1 * 2 + 1]) }
        case AV_PIX_FMT_YA16BE: return try samples { UInt16($0[$1 * 4]) << 8 | UInt16($0[$1 * 4 + 1]) }
        case AV_PIX_FMT_MONOBLACK: return try samples { UInt16($0[$1 / 8] >> (7 - UInt8($1 % 8)) & 1) }
        default:
            throw VideoError.invalid(
                path: path, found: "pixels in the format \(formatName(frame.format))",
                expected: "palette indices or grey values")
        }
    }

    /// Reads each pixel of the first plane with `sample`, given its row's bytes and its column.
    @inline(__always)  // so that each format gets its own loop
    private func samples(_ sample: (_ row: UnsafePointer<UInt8>, _ column: Int) -> UInt16) throws -> [UInt16] {
        let size = frame.size
        let stride = Int(frame.pointer.pointee.linesize.0)
        guard let data = frame.pointer.pointee.data.0 else {
            throw VideoError.invalid(path: path, found: "a frame without pixels", expected: "a picture")
        }
        return [UInt16](unsafeUninitializedCapacity: size.width * size.height) { values, initialized in
            for row in 0..<size.height {
                let line = UnsafePointer(data) + row * stride
                for column in 0..<size.width { values[row * size.width + column] = sample(line, column) }
            }
            initialized = size.width * size.height
        }
    }
}
