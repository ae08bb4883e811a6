import CFFmpeg
import Files
import Imaging

/// The compressed packets of a file's first video stream, in file order.
final class PacketReader {
    let format: FormatHandle
    let stream: UnsafeMutablePointer<AVStream>
    /// The last packet read.
    let packet: PacketHandle
    /// Index of the current packet in the stream; -1 before the first.
    private(set) var position = -1
    /// Frames that the file declares; nil if it does not.
    let declaredFrames: Int?
    private let input: MediaInput
    /// Byte offset of the last packet read; -1 if unknown.
    private var lastPlace = -1
    private(set) var damage = DamageReport()
    private var places: PacketPlaces
    /// Timestamps around gaps in the stream, as far as packets were read.
    var breaks: [Range<Int64>] { places.breaks }
    /// True if the declared number counts slots, which can be told from frames only by the packets' times.
    private let countsPlaces: Bool

    /// - Throws: `VideoError` if FFmpeg cannot open the input or it has no video stream.
    init(_ input: MediaInput) throws {
        self.input = input
        format = try openByContent(input)
        packet = try PacketHandle(path: input.name)
        stream = try firstVideoStream(of: format, input)
        for other in format.streams where other != stream { other.pointee.discard = AVDISCARD_ALL }
        places = PacketPlaces(stream, mayBeJoined: format.mayBeJoined)
        let declared = claimed(stream.pointee.nb_frames), indexed = Int(avformat_index_get_entries_count(stream))
        // AVI counts frame slots, some of which may be empty.
        let isIndexedAVI = format.demuxerName == "avi" && indexed > 0 && input.containerLength?.isWholeAVI == true
        declaredFrames = declared <= 0 ? nil : isIndexedAVI ? min(declared, indexed) : declared
        // An MP4's edit list can omit samples; its index takes that into account, but its frame count does not.
        let isIndexed = isIndexedAVI || format.demuxerName.contains("mov") && indexed > 0
        damage.expectedPackets = isIndexed ? declaredFrames.map { min($0, indexed) } : declaredFrames
        countsPlaces = format.demuxerName == "avi" && !isIndexedAVI
    }

    /// Reads the next packet of the stream into `packet`; false at the end of the file or after a read error.
    func advance() -> Bool {
        guard read() else { return false }
        position += 1
        return true
    }

    /// Seeks to an entry at or before `packet`, and reads on to it.
    /// - Returns: false if it was not found; the reader is then unusable.
    func seek(to target: Int, in index: FrameIndex) -> Bool {
        let wanted = index.packets[target]
        let hasTime = wanted.decodingTimestamp != cffmpeg_no_timestamp()
        let code = av_seek_frame(
            format.pointer, stream.pointee.index, hasTime ? wanted.decodingTimestamp : wanted.timestamp, AVSEEK_FLAG_BACKWARD)
        guard code >= 0 else { return false }
        while read() {
            let found = packet.pointer.pointee
            if wanted.matches(found) {
                position = target
                return true
            }
            if found.flags & AV_PKT_FLAG_KEY != 0, found.pts > wanted.timestamp { return false }
        }
        return false
    }

    private func read() -> Bool {
        av_packet_unref(packet.pointer)
        var retries = 0
        while true {
            let code = av_read_frame(format.pointer, packet.pointer)
            if code == cffmpeg_error_again() && retries < 1000 {
                retries += 1
                continue
            }
            guard code >= 0 else {
                if code != cffmpeg_error_end() { damage.readError = ffmpegMessage(code) }
                // The demuxer takes a failed read for the end of the file.
                if let io = format.pointer.pointee.pb, io.pointee.error < 0, io.pointee.error != cffmpeg_error_end() {
                    damage.readError = ffmpegMessage(io.pointee.error)
                }
                damage.missingBytes = input.containerLength?.missingBytes ?? 0
                if format.demuxerName == "flv", case .file(let path) = input {
                    damage.bytesOfOthers = FLVRecordings.bytesAfterFirst(path: path, from: lastPlace)
                }
                if countsPlaces { damage.expectedPackets = declaredFrames.map { places.frames(declared: $0, found: damage.packets) } }
                damage.corruptPackets = places.corrupt
                return false
            }
            if packet.pointer.pointee.stream_index == stream.pointee.index {
                damage.packets += 1
                lastPlace = Int(packet.pointer.pointee.pos)
                places.add(packet.pointer.pointee)
                damage.corruptPackets = places.corrupt
                return true
            }
            av_packet_unref(packet.pointer)
        }
    }
}

/// Detects the format from the content, because FFmpeg's image demuxer goes by the extension: a JPEG named .png is still a JPEG.
private func openByContent(_ input: MediaInput) throws -> FormatHandle {
    let byName = try FormatHandle(input)
    guard byName.demuxerName == "image2", input.isFile else { return byName }
    var io: UnsafeMutablePointer<AVIOContext>?
    var demuxer: UnsafePointer<AVInputFormat>?
    guard input.url.withPath({ avio_open(&io, $0, AVIO_FLAG_READ) }) >= 0 else { return byName }
    defer { avio_closep(&io) }
    guard av_probe_input_buffer2(io, &demuxer, nil, nil, 0, 0) >= 0,
        let byContent = try? FormatHandle(input, demuxer: demuxer)
    else { return byName }
    let codecs = [byName, byContent].map { $0.streams.first?.pointee.codecpar.pointee.codec_id }
    return codecs[0] == codecs[1] ? byName : byContent
}

private func firstVideoStream(of format: FormatHandle, _ input: MediaInput) throws -> UnsafeMutablePointer<AVStream> {
    let path = input.name
    // FFmpeg renders any text file as a video of a terminal.
    guard !["tty", "bin"].contains(format.demuxerName) else {
        throw VideoError.invalid(path: path, found: "text", expected: "a video or picture")
    }
    let pictures = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS
    let video = format.streams.first {
        $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO && $0.pointee.disposition & pictures == 0
    }
    if let video { return video }
    let kinds = format.streams.map { stream -> String in
        let parameters = stream.pointee.codecpar.pointee
        let kind = av_get_media_type_string(parameters.codec_type).map { String(cString: $0) } ?? "unknown"
        return "\(parameters.codec_type == AVMEDIA_TYPE_VIDEO ? "cover art" : kind) (\(codecName(parameters.codec_id)))"
    }
    let missing = input.containerLength?.missingBytes ?? 0
    throw VideoError.invalid(
        path: path, found: (kinds.isEmpty ? "a file without streams" : "only " + kinds.joined(separator: ", "))
            + (missing > 0 ? " in a file that ends \(missing) bytes early" : ""),
        expected: "a video stream")
}

/// Frame count from a header; 0 if it is out of range.
private func claimed(_ frames: Int64) -> Int { (0...Int64(Int32.max)).contains(frames) ? Int(frames) : 0 }

/// FFmpeg's name of a codec, for messages.
func codecName(_ codec: AVCodecID) -> String {
    avcodec_get_name(codec).map { String(cString: $0) } ?? "unknown"
}
