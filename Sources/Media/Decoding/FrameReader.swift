import CFFmpeg

/// The decoded frames of a file's first video stream, in presentation order. Packets that the decoder rejects are counted and
/// skipped.
final class FrameReader {
    let packets: PacketReader
    private(set) var decoded = 0
    private let codec: CodecHandle
    private let path: String
    private var decoderDamage = (errors: 0, first: String?.none, frames: 0)
    /// True if the decoder had no room for the current packet.
    private var holdsPacket = false
    private var isDraining = false
    private var hasEnded = false
    /// Consecutive decoder errors without a frame or packet in between; guards against a decoder that makes no progress.
    private var stuck = 0

    /// - Parameter isStill: true for a single picture that must be intact, rather than a clip that tolerates damage.
    init(_ input: MediaInput, isStill: Bool = false) throws {
        path = input.name
        packets = try PacketReader(input)
        let parameters = packets.stream.pointee.codecpar
        let identifier = packets.stream.pointee.codecpar.pointee.codec_id
        guard let decoder = avcodec_find_decoder(identifier) else {
            throw VideoError.invalid(
                path: path, found: "video in the codec \(codecName(identifier))", expected: "one this FFmpeg decodes")
        }
        codec = try CodecHandle(decoder, path: path)
        try check(avcodec_parameters_to_context(codec.pointer, parameters), "set up the decoder", path)
        codec.pointer.pointee.pkt_timebase = packets.stream.pointee.time_base
        codec.pointer.pointee.thread_count = isStill ? 1 : 0
        // Otherwise a truncated JPEG decodes to grey. (Not for TIFF, where unknown tags would become errors.)
        if isStill, identifier == AV_CODEC_ID_MJPEG { codec.pointer.pointee.err_recognition |= AV_EF_EXPLODE }
        try codec.open(path: path)
    }

    /// All faults so far.
    var damage: DamageReport {
        var report = packets.damage
        report.decoderErrors = decoderDamage.errors
        report.firstDecoderError = decoderDamage.first
        report.damagedFrames = decoderDamage.frames
        return report
    }

    /// The next frame; nil after the last.
    func next() throws -> FrameHandle? {
        let frame = try FrameHandle(path: path)
        while !hasEnded {
            let code = avcodec_receive_frame(codec.pointer, frame.pointer)
            if code >= 0 {
                stuck = 0
                decoded += 1
                let picture = frame.pointer.pointee
                if picture.decode_error_flags != 0 || picture.flags & AV_FRAME_FLAG_CORRUPT != 0 {
                    decoderDamage.frames += 1
                }
                return frame
            }
            if code == cffmpeg_error_end() || (code == cffmpeg_error_again() && isDraining) {
                hasEnded = true
            } else {
                if code != cffmpeg_error_again() { note(code) }
                if !isDraining { feed() }
            }
        }
        return nil
    }

    /// Resets the decoder and starts again with the current packet.
    func restart() {
        avcodec_flush_buffers(codec.pointer)
        holdsPacket = true
        isDraining = false
        hasEnded = false
        stuck = 0
    }

    /// Sends a packet, or the end of the stream, to the decoder.
    private func feed() {
        if !holdsPacket && !packets.advance() {
            isDraining = true
            let code = avcodec_send_packet(codec.pointer, nil)
            if code < 0 { note(code) }
            return
        }
        let code = avcodec_send_packet(codec.pointer, packets.packet.pointer)
        holdsPacket = code == cffmpeg_error_again()
        if !holdsPacket {
            stuck = 0
            if code < 0 { note(code) }
        }
    }

    private func note(_ code: Int32) {
        decoderDamage.errors += 1
        if decoderDamage.first == nil { decoderDamage.first = ffmpegMessage(code) }
        stuck += 1
        if stuck > 1000 { hasEnded = true }
    }
}
