import CFFmpeg

/// Comment in the metadata of a video file.
package enum VideoComment {
    /// The comment of a file; nil for none, or for a file that is no video.
    package static func read(_ path: String) -> String? {
        guard let context = try? FormatHandle(.file(path)) else { return nil }
        let entry = av_dict_get(context.pointer.pointee.metadata, key, nil, 0)
        return entry.map { String(cString: $0.pointee.value) }
    }

    static let key = "comment"
}
