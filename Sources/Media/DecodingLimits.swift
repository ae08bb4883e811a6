import CFFmpeg

/// Bounds on what is decoded. A program that takes pictures from strangers narrows them for a task:
/// `DecodingLimits.$current.withValue(...)`.
package struct DecodingLimits: Sendable {
    @TaskLocal package static var current = DecodingLimits()
    /// Bound that holds whatever is asked for.
    package static let mostPixels = CodecHandle.maximumPixels

    /// The most pixels a picture may have; checked by its header, before there is memory for it.
    package let maximumPixels: Int
    /// True if a file may name others to be read in its place, as playlists do.
    package let opensOtherFiles: Bool

    package init(maximumPixels: Int = mostPixels, opensOtherFiles: Bool = true) {
        self.maximumPixels = min(maximumPixels, Self.mostPixels)
        self.opensOtherFiles = opensOtherFiles
    }
}

extension FormatHandle {
    /// FFmpeg's formats that are lists of other files or of addresses.
    private static let references: Set<String> = ["concat", "hls", "applehttp", "dash", "imf", "sdp", "rtsp", "rtp", "sap", "lavfi"]

    /// Names of all other formats, as FFmpeg takes a list.
    static let selfContained: String = {
        var names: [String] = [], state: UnsafeMutableRawPointer?
        while let format = av_demuxer_iterate(&state) {
            guard let name = format.pointee.name.map({ String(cString: $0) }) else { continue }
            if references.isDisjoint(with: name.split(separator: ",").map(String.init)) { names.append(name) }
        }
        return names.joined(separator: ",")
    }()

    /// Looks at the streams closely enough to know what they are, within the limit of pixels.
    static func findStreams(_ context: UnsafeMutablePointer<AVFormatContext>, path: String) throws {
        var options = [OpaquePointer?](repeating: nil, count: max(1, Int(context.pointee.nb_streams)))
        defer { for index in options.indices { av_dict_free(&options[index]) } }
        for index in options.indices {
            av_dict_set_int(&options[index], "max_pixels", Int64(DecodingLimits.current.maximumPixels), 0)
        }
        try check(avformat_find_stream_info(context, &options), "find the streams", path)
    }
}
