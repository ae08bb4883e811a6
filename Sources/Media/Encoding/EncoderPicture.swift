import CFFmpeg
import Imaging

/// Converts RGB pictures of one size to an encoder's pixel format with swscale.
final class EncoderPicture {
    /// Size of the input pictures.
    let size: PictureSize
    /// Size of the pictures passed to the encoder.
    let paddedSize: PictureSize
    private let frame: FrameHandle
    private let scaler: OpaquePointer
    private let path: String

    /// - Parameters:
    ///   - matrix: BT.601 (`AVCOL_SPC_SMPTE170M`) or BT.709.
    ///   - range: `AVCOL_RANGE_JPEG` for 0...255, `AVCOL_RANGE_MPEG` for 16...235.
    ///   - isEven: true to make an odd size even by repeating the last column or row, as chroma subsampling requires.
    ///   - path: destination, for messages.
    init(
        size: PictureSize, isEven: Bool, format: AVPixelFormat, matrix: AVColorSpace, range: AVColorRange,
        path: String
    ) throws {
        self.size = size
        self.path = path
        paddedSize = isEven
            ? PictureSize(width: size.width + size.width % 2, height: size.height + size.height % 2) : size
        guard paddedSize.width * paddedSize.height <= CodecHandle.maximumPixels else {
            throw VideoError.invalid(
                path: path, found: "a picture of \(size) to write", expected: "at most \(CodecHandle.maximumPixels) pixels")
        }
        let width = Int32(paddedSize.width), height = Int32(paddedSize.height)
        frame = try FrameHandle(path: path)
        frame.pointer.pointee.format = format.rawValue
        frame.pointer.pointee.width = width
        frame.pointer.pointee.height = height
        frame.pointer.pointee.colorspace = matrix
        frame.pointer.pointee.color_range = range
        try check(av_frame_get_buffer(frame.pointer, 0), "hold a picture", path)
        let made = sws_getContext(
            width, height, AV_PIX_FMT_RGB24, width, height, format, cffmpeg_scaler_flags(), nil, nil, nil)
        guard let made else { throw outOfMemory("convert pixels to the format \(formatName(format))", path) }
        scaler = made
        let table = sws_getCoefficients(Int32(matrix.rawValue))
        let one: Int32 = 1 << 16
        try check(
            sws_setColorspaceDetails(scaler, table, 1, table, range == AVCOL_RANGE_JPEG ? 1 : 0, 0, one, one),
            "set the colours of the picture", path)
    }

    deinit {
        sws_freeContext(scaler)
    }

    /// The frame with these pixels; the same object in each call.
    /// - Parameter image: an image of `size`.
    func callAsFunction(_ image: RGBImage) throws -> FrameHandle {
        precondition(image.width == size.width && image.height == size.height, "EncoderPicture: another size")
        // The encoder may still use the buffers of the previous frame.
        try check(av_frame_make_writable(frame.pointer), "hold a picture", path)
        let pixels = padded(image)
        let rows = try pixels.withUnsafeBufferPointer { source in
            let planes: [UnsafePointer<UInt8>?] = [source.baseAddress, nil, nil, nil]
            return try check(
                sws_scale(
                    scaler, planes, [Int32(paddedSize.width * 3), 0, 0, 0], 0, Int32(paddedSize.height),
                    planePointers(frame.pointer.pointee.data), lineSizes(frame.pointer.pointee.linesize)),
                "convert the picture", path)
        }
        guard rows == paddedSize.height else {
            throw VideoError.invalid(path: path, found: "\(rows) converted rows", expected: "\(paddedSize.height)")
        }
        return frame
    }

    private func padded(_ image: RGBImage) -> [UInt8] {
        guard paddedSize != size else { return image.pixels }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(paddedSize.width * paddedSize.height * 3)
        for row in 0..<paddedSize.height {
            let start = min(row, size.height - 1) * size.width * 3, end = start + size.width * 3
            pixels += image.pixels[start..<end]
            if paddedSize.width > size.width { pixels += image.pixels[end - 3..<end] }
        }
        return pixels
    }
}
