import Imaging

/// The structure of a PNG file: its header, and its chunks checked for completeness. FFmpeg decodes a truncated file to an image
/// that is black from there on, which for a mask is a wrong answer rather than an error.
///
/// Source: PNG Specification (Third Edition), sections 5.3 and 11.2.
struct PNGContainer {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    enum ColorType: UInt8 {
        case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgbAlpha = 6

        var allowedDepths: [UInt8] {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .greyAlpha, .rgbAlpha: [8, 16]
            }
        }
    }

    let size: PictureSize
    /// Bits per sample, or per palette index.
    let bitDepth: UInt8
    let colorType: ColorType
    /// Signature and the chunks needed for pixels, without comments, profiles and the like, which FFmpeg would decompress without
    /// limit.
    let essentials: [UInt8]

    /// - Parameters:
    ///   - bytes: contents of the file.
    ///   - keepsTransparency: true to keep the `tRNS` chunk; without it a grey or RGB image decodes without alpha.
    /// - Throws: `VideoError.invalid` if the header is invalid or the file is incomplete.
    init(_ bytes: [UInt8], path: String, keepsTransparency: Bool) throws {
        func invalid(_ found: String, _ expected: String) -> VideoError {
            .invalid(path: path, found: found, expected: expected)
        }
        func number(at offset: Int) -> Int {
            bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.starts(with: Self.signature) else { throw invalid("no PNG signature", "a PNG") }
        var kept = Self.signature
        kept.reserveCapacity(bytes.count)
        var offset = Self.signature.count
        var seen: Set<String> = []
        while !seen.contains("IEND") {
            guard bytes.count - offset >= 12 else { throw invalid("a PNG that ends early, at byte \(bytes.count)", "a complete PNG") }
            let length = number(at: offset)
            let name = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
            guard length <= bytes.count - offset - 12 else {
                throw invalid("a PNG that ends early, at byte \(bytes.count) inside a chunk", "a complete PNG")
            }
            guard (name == "IHDR") == seen.isEmpty else {
                throw invalid("a misplaced \(seen.isEmpty ? "first" : "IHDR") chunk", "a PNG header first")
            }
            if ["IHDR", "PLTE", "IDAT", "IEND"].contains(name) || (name == "tRNS" && keepsTransparency) {
                kept += bytes[offset..<offset + 12 + length]
            }
            if name == "IHDR", length != 13 { throw invalid("a PNG header of \(length) bytes", "13") }
            seen.insert(name)
            offset += 12 + length
        }
        guard seen.contains("IDAT") else { throw invalid("a PNG without picture data", "an IDAT chunk") }
        let header = Self.signature.count + 8
        size = PictureSize(width: number(at: header), height: number(at: header + 4))
        bitDepth = bytes[header + 8]
        guard let type = ColorType(rawValue: bytes[header + 9]), type.allowedDepths.contains(bitDepth) else {
            throw invalid("PNG colour type \(bytes[header + 9]) with bit depth \(bitDepth)", "a pair the PNG specification has")
        }
        colorType = type
        guard type != .palette || seen.contains("PLTE") else { throw invalid("an indexed PNG without palette", "a PLTE chunk") }
        let (pixels, overflows) = size.width.multipliedReportingOverflow(by: size.height)
        guard size.width > 0, size.height > 0, !overflows, pixels <= DecodingLimits.current.maximumPixels else {
            throw invalid("a PNG of \(size)", "1 to \(DecodingLimits.current.maximumPixels) pixels")
        }
        essentials = kept
    }
}
