import CFFmpeg

/// Reads the first video stream of a file, frame after frame in presentation order. Any container, codec and pixel
/// format FFmpeg has; cover art does not count as video. Interlaced pictures are given as stored, both fields woven,
/// so that a frame has the number and the pixels it has in FFmpeg. Holds a bounded number of frames however long the
/// clip is. Not thread-safe; decoding itself uses all cores.
package final class VideoDecoder: FrameSource {
    /// The file's path as given.
    package let path: String
    /// What the file and its first frame say.
    package var info: VideoInfo { presenter.info }

    let presenter: FramePresenter
    private let frames: FrameReader
    /// The stream's, or what a frame said since: that holds until another frame says otherwise.
    private var orientation: Orientation
    /// The first frame until `next()` hands it out.
    private var first: FrameHandle?
    private var handedOut = 0
    private var lastTime: Double?
    private var hasEnded = false

    /// Opens the file and decodes its first frame.
    /// - Throws: `VideoError` when there is no such file, when it is not a video, has no video stream, a codec FFmpeg
    ///   does not have, or no frame that can be decoded.
    package convenience init(path: String) throws {
        try self.init(path: path, isStill: false)
    }

    /// - Parameter isStill: one picture that should be whole, rather than a clip to make the best of.
    convenience init(path: String, isStill: Bool) throws {
        try checkReadable(path)
        try self.init(.file(path), isStill: isStill)
    }

    init(_ input: MediaInput, isStill: Bool = false) throws {
        path = input.name
        frames = try FrameReader(input, isStill: isStill)
        guard let frame = try frames.next() else {
            let reason = frames.damage.summary(decodedFrames: 0).map { " (\($0))" } ?? ""
            let hint = input.isFile ? "" : " from a pipe, where an index at the end of a file comes too late"
            throw VideoError.invalid(
                path: path, found: "no frame that can be decoded\(reason)", expected: "a video or picture\(hint)")
        }
        first = frame
        presenter = FramePresenter(frames.packets, first: frame, path: path)
        orientation = frame.orientation ?? presenter.streamOrientation
    }

    /// The next frame, or nil after the last one. What cannot be decoded is left out and told by `damage`.
    /// - Throws: `VideoError.sizeChanged` when a frame is not of the first one's size.
    package func next() throws -> VideoFrame? {
        guard let picture = try first ?? frames.next() else {
            hasEnded = true
            return nil
        }
        first = nil
        if let told = picture.orientation { orientation = told }
        let frame = try presenter.frame(picture, index: handedOut, time: time(of: picture), orientation: orientation)
        handedOut += 1
        lastTime = frame.time
        return frame
    }

    /// After `next()` has returned nil: one line that says what was wrong with the file (cut off, unreadable or corrupt
    /// parts) and how many frames were decoded all the same; nil when nothing was. Wrong bytes that a decoder takes for
    /// pictures go unnoticed, and what it repaired is told only when it says so in time (it decodes frames in parallel).
    package var damage: String? {
        hasEnded ? frames.damage.summary(decodedFrames: handedOut) : nil
    }

    /// Seconds from the start of the file. A frame without a time (raw streams, some AVI files) comes one frame after
    /// the one before.
    private func time(of frame: FrameHandle) -> Double {
        let timestamp = frame.pointer.pointee.best_effort_timestamp
        guard timestamp != cffmpeg_no_timestamp() else { return lastTime.map { $0 + 1 / info.frameRate } ?? 0 }
        return presenter.timeline.seconds(timestamp)
    }
}
