import CFFmpeg

/// Limits on decoding. A program that accepts untrusted images narrows them for a task with
/// `DecodingLimits.$current.withValue(...)`.
package struct DecodingLimits: Sendable {
    @TaskLocal package static var current = DecodingLimits()
    /// Upper bound that cannot be raised.
    package static let mostPixels = CodecHandle.maximumPixels

    /// Upper bound on the pixels of a picture, checked in its header before memory is allocated.
    package let maximumPixels: Int
    /// True if a file may refer to others that are read in its place, such as a playlist.
    package let opensOtherFiles: Bool

    package init(maximumPixels: Int = mostPixels, opensOtherFiles: Bool = true) {
        self.maximumPixels = min(maximumPixels, Self.mostPixels)
        self.opensOtherFiles = opensOtherFiles
    }
}

extension FormatHandle {
    /// FFmpeg's formats that are lists of other files or URLs.
    private static let references: Set<String> = ["concat", "hls", "applehttp", "dash", "imf", "sdp", "rtsp", "rtp", "sap", "lavfi"]

    /// Names of all other formats, in FFmpeg's list syntax.
    static let selfContained: String = {
        var names: [String] = [], state: UnsafeMutableRawPointer?
        while let format = av_demuxer_iterate(&state) {
            guard let name = format.pointee.name.map({ String(cString: $0) }) else { continue }
            if references.isDisjoint(with: name.split(separator: ",").map(String.init)) { names.append(name) }
        }
        return names.joined(separator: ",")
    }()

    /// Probes the streams, within the pixel limit.
    static func findStreams(_ context: UnsafeMutablePointer<AVFormatContext>, path: String) throws {
        var options = [OpaquePointer?](repeating: nil, count: max(1, Int(context.pointee.nb_streams)))
        defer { for index in options.indices { av_dict_free(&options[index]) } }
        for index in options.indices {
            av_dict_set_int(&options[index], "max_pixels", Int64(DecodingLimits.current.maximumPixels), 0)
        }
        try check(avformat_find_stream_info(context, &options), "find the streams", path)
    }
}
