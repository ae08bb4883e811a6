import CFFmpeg
import Imaging

/// Encodes images as H.264 in an MP4 file that plays everywhere: 8-bit 4:2:0, with colour and timing metadata. Uses libx264 if
/// FFmpeg has it, otherwise any H.264 encoder.
///
/// Each image keeps its own time, so variable frame rates are preserved. The file is complete only after `finish()`.
package final class VideoEncoder {
    /// Ticks per second: divisible by the usual frame rates, and common in broadcast MP4 files.
    private static let ticks: Int32 = 90_000

    private let codec: CodecHandle
    private let picture: EncoderPicture
    private let file: MP4File
    private let packet: PacketHandle
    private let name: String
    /// Ticks that the last image is shown.
    private let usualDuration: Int64
    private var start: Double?
    private var last: Int64 = -1

    /// - Parameters:
    ///   - path: path to write; an existing file is replaced.
    ///   - name: name in messages, if the path is temporary.
    ///   - size: size of all images.
    ///   - pixelAspect: sample aspect ratio.
    ///   - frameRate: average frames per second.
    ///   - comment: comment for the metadata.
    /// - Throws: `VideoError` if FFmpeg has no H.264 encoder, the encoder rejects the size, or the file cannot be written.
    package init(
        path: String, name: String? = nil, size: PictureSize, pixelAspect: PixelAspect = .square, frameRate: Double,
        comment: String? = nil
    ) throws {
        let name = name ?? path
        self.name = name
        let encoder = try Self.encoder(name)
        // BT.709 from 720 lines on, as players assume for untagged video, in case they ignore the tags.
        let isHigh = size.height >= 720
        let matrix = isHigh ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
        picture = try EncoderPicture(
            size: size, isEven: true, format: AV_PIX_FMT_YUV420P, matrix: matrix, range: AVCOL_RANGE_MPEG,
            path: name)
        let rate = av_d2q(frameRate.isFinite && frameRate > 0 ? frameRate : 25, 100_000)
        usualDuration = max(1, av_rescale_q(1, av_inv_q(rate), AVRational(num: 1, den: Self.ticks)))
        codec = try CodecHandle(encoder, path: name)
        let context = codec.pointer
        context.pointee.width = Int32(picture.paddedSize.width)
        context.pointee.height = Int32(picture.paddedSize.height)
        context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        context.pointee.time_base = AVRational(num: 1, den: Self.ticks)
        context.pointee.framerate = rate
        context.pointee.sample_aspect_ratio = pixelAspect.rational
        context.pointee.colorspace = matrix
        context.pointee.color_range = AVCOL_RANGE_MPEG
        context.pointee.color_primaries = isHigh ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M
        context.pointee.color_trc = isHigh ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M
        context.pointee.flags |= cffmpeg_flag_global_header()
        // The file's duration is counted to the packet written last. With B-frames that would not be the last one shown, and with
        // uneven times players would stop too early.
        context.pointee.max_b_frames = 0
        context.pointee.thread_count = 0
        if String(cString: encoder.pointee.name) == "libx264" {
            try codec.open(path: name, options: ["preset": "veryfast", "crf": "19"])
        } else {
            // Other encoders have no common option for constant quality: a tenth of a bit per pixel keeps text sharp.
            let bits = Double(size.width * size.height) * max(1, min(240, av_q2d(rate))) * 0.1
            context.pointee.bit_rate = Int64(max(500_000, min(200_000_000, bits)))
            try codec.open(path: name)
        }
        packet = try PacketHandle(path: name)
        file = try MP4File(path: path, name: name, codec: codec, frameRate: rate, comment: comment)
    }

    /// - Parameter path: intended destination of a video.
    /// - Throws: `VideoError` if FFmpeg has no H.264 encoder.
    package static func checkAvailability(path: String) throws { _ = try encoder(path) }

    private static func encoder(_ name: String) throws -> UnsafePointer<AVCodec> {
        if let encoder = avcodec_find_encoder_by_name("libx264") ?? avcodec_find_encoder(AV_CODEC_ID_H264) { return encoder }
        throw VideoError.invalid(path: name, found: "an FFmpeg without H.264 encoder", expected: "one with libx264 or another")
    }

    /// Adds an image.
    /// - Parameters:
    ///   - image: an image of the encoder's size.
    ///   - time: seconds; the first image's is the start of the video. An image not later than the previous one is shown one tick
    ///     after it.
    package func add(_ image: RGBImage, time: Double) throws {
        let start = start ?? time
        self.start = start
        let tick = Int64(exactly: ((time - start) * Double(Self.ticks)).rounded()) ?? last + 1
        last = max(tick, last + 1)
        let frame = try picture(image)
        frame.pointer.pointee.pts = last
        frame.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        try check(avcodec_send_frame(codec.pointer, frame.pointer), "encode the video", name)
        try writePackets()
    }

    /// Flushes the encoder and completes the file.
    package func finish() throws {
        try check(avcodec_send_frame(codec.pointer, nil), "encode the video", name)
        try writePackets()
        try file.finish()
    }

    private func writePackets() throws {
        while true {
            let code = avcodec_receive_packet(codec.pointer, packet.pointer)
            if code == cffmpeg_error_again() || code == cffmpeg_error_end() { return }
            try check(code, "encode the video", name)
            // Only the last image's counts: the others last until the next.
            packet.pointer.pointee.duration = usualDuration
            try file.write(packet, base: codec.pointer.pointee.time_base)
        }
    }
}
