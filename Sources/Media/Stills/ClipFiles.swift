extension VideoClip {
    /// The files of a clip: the video's, or those of all stills; empty for one on standard input, or that is not there.
    package static func files(ofClip path: String) -> [String] {
        if path == "-" { return [] }
        let stills = try? StillSequence(path: path, frameRate: 1)
        return stills?.files ?? [path]
    }
}
