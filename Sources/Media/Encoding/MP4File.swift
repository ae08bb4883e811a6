import CFFmpeg
import Files
import Imaging

/// An `AVFormatContext` that writes an MP4 file with one video stream and its index in front, for progressive playback.
final class MP4File {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    /// Name of the file in messages.
    private let name: String

    /// Creates the file.
    /// - Parameters:
    ///   - path: path to write.
    ///   - codec: the opened encoder of its stream.
    ///   - comment: comment for the metadata.
    init(path: String, name: String, codec: CodecHandle, frameRate: AVRational, comment: String?) throws {
        self.name = name
        // The context needs the URL, because the file is opened again to move its index to the front.
        let url = MediaInput.file(path).url
        var made: UnsafeMutablePointer<AVFormatContext>?
        try check(url.withPath { avformat_alloc_output_context2(&made, nil, "mp4", $0) }, "prepare an MP4", name)
        guard let made else { throw outOfMemory("prepare an MP4", name) }
        var owned: UnsafeMutablePointer<AVFormatContext>? = made
        defer { if let owned { Self.free(owned) } }
        guard let stream = avformat_new_stream(made, nil) else { throw outOfMemory("prepare an MP4", name) }
        try check(avcodec_parameters_from_context(stream.pointee.codecpar, codec.pointer), "describe the video", name)
        stream.pointee.time_base = codec.pointer.pointee.time_base
        stream.pointee.avg_frame_rate = frameRate
        stream.pointee.sample_aspect_ratio = codec.pointer.pointee.sample_aspect_ratio
        try check(url.withPath { avio_open(&made.pointee.pb, $0, AVIO_FLAG_WRITE) }, "create the file", name)
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        if let comment {
            try check(av_dict_set(&made.pointee.metadata, VideoComment.key, comment, 0), "prepare an MP4", name)
        }
        try check(av_dict_set(&options, "movflags", "+faststart", 0), "prepare an MP4", name)
        try check(avformat_write_header(made, &options), "begin the MP4", name)
        self.stream = stream
        context = made
        owned = nil
    }

    deinit {
        Self.free(context)
    }

    private static func free(_ context: UnsafeMutablePointer<AVFormatContext>) {
        avio_closep(&context.pointee.pb)
        avformat_free_context(context)
    }

    /// Writes a packet of the encoder and empties it.
    /// - Parameter base: time base of the packet.
    func write(_ packet: PacketHandle, base: AVRational) throws {
        packet.pointer.pointee.stream_index = stream.pointee.index
        av_packet_rescale_ts(packet.pointer, base, stream.pointee.time_base)
        try check(av_interleaved_write_frame(context, packet.pointer), "write the video", name)
    }

    /// Completes the file.
    func finish() throws {
        try check(av_write_trailer(context), "finish the MP4", name)
        try check(avio_closep(&context.pointee.pb), "close the file", name)
    }
}
