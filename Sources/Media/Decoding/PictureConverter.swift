import CFFmpeg
import Imaging

/// Converts decoded frames of any pixel format to packed pixels with swscale, respecting the frame's colour matrix and range.
/// Reuses the scaler while the format stays the same.
final class PictureConverter {
    private struct Format: Equatable {
        let size: PictureSize
        let source: AVPixelFormat
        let target: AVPixelFormat
        let matrix: AVColorSpace
        let range: AVColorRange
    }

    private var format: Format?
    private var scaler: OpaquePointer?
    private var output: FrameHandle?
    private let path: String

    init(path: String) {
        self.path = path
    }

    deinit {
        sws_freeContext(scaler)
    }

    /// The frame as 8-bit RGB without alpha, transformed by `orientation`. Higher bit depths are rounded to 8.
    /// - Throws: `VideoError` if swscale cannot read the pixel format.
    func rgb(_ frame: FrameHandle, orientation: Orientation) throws -> RGBImage {
        let pixels = try packed(frame, as: AV_PIX_FMT_RGB24, bytesPerPixel: 3, orientation: orientation)
        let size = orientation.size(of: frame.size)
        return RGBImage(width: size.width, height: size.height, pixels: pixels)
    }

    /// The frame in the packed format `target`, `[height, width, bytesPerPixel]`.
    func packed(
        _ frame: FrameHandle, as target: AVPixelFormat, bytesPerPixel: Int, orientation: Orientation
    ) throws -> [UInt8] {
        guard frame.size.width > 0, frame.size.height > 0 else {
            throw VideoError.invalid(path: path, found: "a picture of \(frame.size)", expected: "at least one pixel")
        }
        if frame.format == target { return try copy(frame, bytesPerPixel, orientation) }
        let output = try prepare(for: frame, target)
        let source = frame.pointer.pointee
        let planes = planePointers(source.data).map { UnsafePointer($0) }
        let rows = try check(
            sws_scale(
                scaler, planes, lineSizes(source.linesize), 0, source.height,
                planePointers(output.pointer.pointee.data), lineSizes(output.pointer.pointee.linesize)),
            "convert the picture", path)
        guard rows == source.height else {
            throw VideoError.invalid(path: path, found: "\(rows) converted rows", expected: "\(source.height)")
        }
        return try copy(output, bytesPerPixel, orientation)
    }

    private func copy(_ frame: FrameHandle, _ bytesPerPixel: Int, _ orientation: Orientation) throws -> [UInt8] {
        guard let data = frame.pointer.pointee.data.0 else {
            throw VideoError.invalid(path: path, found: "a frame without pixels", expected: "a picture")
        }
        return orientation.apply(
            to: data, stride: Int(frame.pointer.pointee.linesize.0), stored: frame.size, channels: bytesPerPixel)
    }

    /// Sets up the scaler and its output for frames like this one.
    private func prepare(for frame: FrameHandle, _ target: AVPixelFormat) throws -> FrameHandle {
        let picture = frame.pointer.pointee
        let wanted = Format(
            size: frame.size, source: frame.format, target: target,
            matrix: picture.colorspace, range: picture.color_range)
        if wanted == format, let output { return output }
        format = nil
        sws_freeContext(scaler)
        scaler = nil
        guard sws_isSupportedInput(wanted.source) != 0 else {
            throw VideoError.invalid(
                path: path, found: "pixels in the format \(formatName(wanted.source))", expected: "one FFmpeg converts to RGB")
        }
        let made = sws_getContext(
            picture.width, picture.height, wanted.source, picture.width, picture.height, target,
            cffmpeg_scaler_flags(), nil, nil, nil)
        guard let made else { throw outOfMemory("convert pixels of the format \(formatName(wanted.source))", path) }
        scaler = made
        setColours(of: made, matrix: wanted.matrix, range: wanted.range)
        let result = try FrameHandle(path: path)
        result.pointer.pointee.format = target.rawValue
        result.pointer.pointee.width = picture.width
        result.pointer.pointee.height = picture.height
        try check(av_frame_get_buffer(result.pointer, 0), "hold a converted picture", path)
        output = result
        format = wanted
        return result
    }

    /// Properties that the frame does not state keep swscale's defaults: BT.601, limited range for YUV, full for grey and "yuvj".
    private func setColours(of scaler: OpaquePointer, matrix: AVColorSpace, range: AVColorRange) {
        var inverse: UnsafeMutablePointer<Int32>?, table: UnsafeMutablePointer<Int32>?
        var sourceRange: Int32 = 0, targetRange: Int32 = 0
        var brightness: Int32 = 0, contrast: Int32 = 0, saturation: Int32 = 0
        guard sws_getColorspaceDetails(
            scaler, &inverse, &sourceRange, &table, &targetRange, &brightness, &contrast, &saturation) >= 0
        else { return }
        if range != AVCOL_RANGE_UNSPECIFIED { sourceRange = range == AVCOL_RANGE_JPEG ? 1 : 0 }
        let isNamed = matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RGB
        let coefficients = sws_getCoefficients(isNamed ? Int32(matrix.rawValue) : SWS_CS_DEFAULT)
        // Refused for RGB sources, which have neither matrix nor range: nothing to set then.
        _ = sws_setColorspaceDetails(
            scaler, coefficients, sourceRange, table, targetRange, brightness, contrast, saturation)
    }
}

/// The name FFmpeg gives a pixel format, for messages.
func formatName(_ format: AVPixelFormat) -> String {
    av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "number \(format.rawValue)"
}

/// The four planes swscale reads.
func planePointers<Tuple>(_ data: Tuple) -> [UnsafeMutablePointer<UInt8>?] {
    withUnsafeBytes(of: data) { Array($0.bindMemory(to: UnsafeMutablePointer<UInt8>?.self).prefix(4)) }
}

/// Bytes from one row to the next in each of the four planes.
func lineSizes<Tuple>(_ sizes: Tuple) -> [Int32] {
    withUnsafeBytes(of: sizes) { Array($0.bindMemory(to: Int32.self).prefix(4)) }
}
