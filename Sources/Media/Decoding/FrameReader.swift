import CFFmpeg

/// The decoded frames of a file's first video stream, in presentation order. Packets the decoder refuses are counted
/// and left out.
final class FrameReader {
    let packets: PacketReader
    private(set) var decoded = 0
    private let codec: CodecHandle
    private let path: String
    private var decoderDamage = (errors: 0, first: String?.none, frames: 0)
    /// The decoder had no room for the packet in hand.
    private var holdsPacket = false
    private var isDraining = false
    private var hasEnded = false
    /// Decoder errors in a row with neither a frame nor a packet between them; a guard against a decoder that spins.
    private var stuck = 0

    /// - Parameter isStill: one picture that should be whole, rather than a clip to make the best of.
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
        // Otherwise the missing part of a JPEG is grey. (TIFF would explode at every tag it does not know.)
        if isStill, identifier == AV_CODEC_ID_MJPEG { codec.pointer.pointee.err_recognition |= AV_EF_EXPLODE }
        try codec.open(path: path)
    }

    /// Everything that went wrong so far.
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

    /// Forgets everything and begins anew with the packet in hand.
    func restart() {
        avcodec_flush_buffers(codec.pointer)
        holdsPacket = true
        isDraining = false
        hasEnded = false
        stuck = 0
    }

    /// Gives the decoder one packet, or word that there are no more.
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
