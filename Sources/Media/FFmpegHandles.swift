import CFFmpeg
import Files
import Imaging

// Owners of FFmpeg's allocations: each frees its pointer in deinit. Only functions that this target calls are wrapped.

/// An `AVFormatContext` opened for reading.
final class FormatHandle {
    let pointer: UnsafeMutablePointer<AVFormatContext>

    /// Opens the input and probes its streams.
    /// - Parameter demuxer: the demuxer to use; nil to let FFmpeg detect it.
    /// - Throws: `VideoError.failed` if FFmpeg does not recognise the content.
    init(_ input: MediaInput, demuxer: UnsafePointer<AVInputFormat>? = nil) throws {
        _ = quietFFmpeg
        let path = input.name
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        // A path is a single file: no numbered sequences (image2 would expand "%d") and no protocols ("a:b.mp4").
        try check(av_dict_set(&options, "pattern_type", "none", 0), "prepare to open the file", path)
        if !DecodingLimits.current.opensOtherFiles {
            try check(av_dict_set(&options, "format_whitelist", Self.selfContained, 0), "prepare to open the file", path)
        }
        var context: UnsafeMutablePointer<AVFormatContext>?
        var opened = input.url.withPath { avformat_open_input(&context, $0, demuxer, &options) }
        if opened < 0, let length = input.containerLength {
            if length.lacksIndex {
                throw VideoError.invalid(
                    path: path, found: "an MP4 without its index (moov box), as a broken-off recording leaves it",
                    expected: "a complete video")
            }
            // FFmpeg rejects a file truncated within a header box; the boxes before it are intact.
            if let end = length.wholeBoxes {
                opened = input.url(upTo: end).withPath { avformat_open_input(&context, $0, demuxer, &options) }
            } else if length.missingBytes > 0 {
                throw VideoError.invalid(
                    path: path, found: "a file that ends \(length.missingBytes) bytes early, within its headers",
                    expected: "a complete video")
            }
        }
        try check(opened, "open the file as a video or picture", path)
        guard let context else { throw outOfMemory("open the file", path) }
        pointer = context
        try Self.findStreams(context, path: path)
    }

    /// FFmpeg's short name of the demuxer, such as "matroska,webm".
    var demuxerName: String {
        pointer.pointee.iformat?.pointee.name.map { String(cString: $0) } ?? "unknown"
    }

    /// True if the format allows joined recordings, each with its own clock.
    var mayBeJoined: Bool { pointer.pointee.iformat.map { $0.pointee.flags & AVFMT_TS_DISCONT != 0 } ?? false }

    /// The streams, in the file's order.
    var streams: [UnsafeMutablePointer<AVStream>] {
        guard let list = pointer.pointee.streams else { return [] }
        return (0..<Int(pointer.pointee.nb_streams)).compactMap { list[$0] }
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = pointer
        avformat_close_input(&context)
    }
}

/// An `AVCodecContext`; configure it, then call `open`.
final class CodecHandle {
    /// Upper bound on a picture's pixels: 2^27, so that a header cannot demand unlimited memory.
    static let maximumPixels = 1 << 27

    let pointer: UnsafeMutablePointer<AVCodecContext>
    private let codec: UnsafePointer<AVCodec>

    init(_ codec: UnsafePointer<AVCodec>, path: String) throws {
        _ = quietFFmpeg
        guard let context = avcodec_alloc_context3(codec) else { throw outOfMemory("set up the codec", path) }
        self.codec = codec
        pointer = context
        context.pointee.max_pixels = Int64(DecodingLimits.current.maximumPixels)
    }

    /// - Parameter settings: codec options by name; unknown ones are ignored.
    func open(path: String, options settings: [String: String] = [:]) throws {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (name, value) in settings { try check(av_dict_set(&options, name, value, 0), "set up the codec", path) }
        try check(avcodec_open2(pointer, codec, &options), "start the \(String(cString: codec.pointee.name)) codec", path)
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = pointer
        avcodec_free_context(&context)
    }
}

/// An `AVPacket`.
final class PacketHandle {
    let pointer: UnsafeMutablePointer<AVPacket>

    init(path: String) throws {
        guard let packet = av_packet_alloc() else { throw outOfMemory("read packets", path) }
        pointer = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&packet)
    }
}

/// An `AVFrame`.
final class FrameHandle {
    let pointer: UnsafeMutablePointer<AVFrame>

    init(path: String) throws {
        guard let frame = av_frame_alloc() else { throw outOfMemory("hold a frame", path) }
        pointer = frame
    }

    /// Stored size, before rotation.
    var size: PictureSize { PictureSize(width: Int(pointer.pointee.width), height: Int(pointer.pointee.height)) }

    var format: AVPixelFormat { AVPixelFormat(pointer.pointee.format) }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&frame)
    }
}

/// Silences FFmpeg's output on stderr; our errors carry its messages.
private let quietFFmpeg: Void = av_log_set_level(AV_LOG_QUIET)

func outOfMemory(_ operation: String, _ path: String) -> VideoError {
    let code = cffmpeg_error_memory()
    return .failed(path: path, operation: operation, code: code, message: ffmpegMessage(code))
}
