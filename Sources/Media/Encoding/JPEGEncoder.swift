import CFFmpeg
import Imaging

/// Encodes images of one size as JPEG. Source: JFIF 1.02 (BT.601, full range), 4:2:0.
package final class JPEGEncoder {
    private let codec: CodecHandle
    private let picture: EncoderPicture
    private let quantiser: Int
    private let path: String
    private var count: Int64 = 0

    /// - Parameters:
    ///   - size: size of all images.
    ///   - quantiser: 2 (best) to 31.
    ///   - path: destination, for messages.
    /// - Throws: `VideoError` if FFmpeg has no JPEG encoder.
    package init(size: PictureSize, quantiser: Int, path: String) throws {
        guard let encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
            throw VideoError.invalid(path: path, found: "an FFmpeg without JPEG encoder", expected: "one that writes JPEG")
        }
        self.path = path
        self.quantiser = max(2, min(31, quantiser))
        picture = try EncoderPicture(
            size: size, isEven: false, format: AV_PIX_FMT_YUVJ420P, matrix: AVCOL_SPC_SMPTE170M,
            range: AVCOL_RANGE_JPEG, path: path)
        codec = try CodecHandle(encoder, path: path)
        let context = codec.pointer
        context.pointee.width = Int32(size.width)
        context.pointee.height = Int32(size.height)
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.flags |= cffmpeg_flag_fixed_quality()
        context.pointee.global_quality = cffmpeg_quality(Int32(self.quantiser))
        context.pointee.thread_count = 1
        try codec.open(path: path)
    }

    /// Encodes an image as a JPEG file.
    /// - Parameter image: an image of the encoder's size.
    package func jpeg(_ image: RGBImage) throws -> [UInt8] {
        let frame = try picture(image)
        frame.pointer.pointee.quality = cffmpeg_quality(Int32(quantiser))
        frame.pointer.pointee.pts = count
        count += 1
        try check(avcodec_send_frame(codec.pointer, frame.pointer), "encode the JPEG", path)
        let packet = try PacketHandle(path: path)
        try check(avcodec_receive_packet(codec.pointer, packet.pointer), "encode the JPEG", path)
        return Array(UnsafeBufferPointer(start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)))
    }
}
