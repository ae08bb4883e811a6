extension VideoClip {
    /// Files of a clip: the video's, or those of all stills; empty for standard input or a missing clip.
    package static func files(ofClip path: String) -> [String] {
        if path == "-" { return [] }
        let stills = try? StillSequence(path: path, frameRate: 1)
        return stills?.files ?? [path]
    }
}
