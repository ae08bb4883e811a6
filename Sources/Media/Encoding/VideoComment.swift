import CFFmpeg

/// Comment in a video file's metadata.
package enum VideoComment {
    /// Reads the comment; nil if there is none, or the file is not a video.
    package static func read(_ path: String) -> String? {
        guard let context = try? FormatHandle(.file(path)) else { return nil }
        let entry = av_dict_get(context.pointer.pointee.metadata, key, nil, 0)
        return entry.map { String(cString: $0.pointee.value) }
    }

    static let key = "comment"
}
