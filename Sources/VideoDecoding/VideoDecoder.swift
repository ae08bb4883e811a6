import CFFmpeg

/// Reads the first video stream of a file, frame after frame in presentation order. Any container, codec and pixel
/// format FFmpeg has; cover art does not count as video. Holds a bounded number of frames however long the clip is.
/// Not thread-safe; decoding itself uses all cores.
package final class VideoDecoder {
    /// The file's path as given.
    package let path: String
    /// What the file and its first frame say.
    package let info: VideoInfo

    private let frames: FrameReader
    private let converter: PictureConverter
    private let size: PictureSize
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
    init(path: String, isStill: Bool) throws {
        self.path = path
        try checkReadable(path)
        frames = try FrameReader(path: path, isStill: isStill)
        converter = PictureConverter(path: path)
        guard let frame = try frames.next() else {
            let reason = frames.damage.summary(decodedFrames: 0).map { " (\($0))" } ?? ""
            throw VideoError.invalid(path: path, found: "no frame that can be decoded\(reason)", expected: "a video or picture")
        }
        first = frame
        let streamMatrix = cffmpeg_stream_display_matrix(frames.packets.stream)
        orientation = Orientation(matrix: cffmpeg_frame_display_matrix(frame.pointer) ?? streamMatrix)
        size = orientation.size(of: frame.size)
        info = VideoInfo(size: size, stream: frames.packets.stream, format: frames.packets.format.pointer)
    }

    /// The next frame, or nil after the last one. What cannot be decoded is left out and told by `damage`.
    /// - Throws: `VideoError.sizeChanged` when a frame is not of the first one's size.
    package func next() throws -> VideoFrame? {
        guard let picture = try first ?? frames.next() else {
            hasEnded = true
            return nil
        }
        first = nil
        if let matrix = cffmpeg_frame_display_matrix(picture.pointer) { orientation = Orientation(matrix: matrix) }
        let frame = VideoFrame(
            index: handedOut, time: time(of: picture), picture: picture, orientation: orientation, converter: converter)
        guard frame.size == size else {
            throw VideoError.sizeChanged(path: path, frame: handedOut, first: size, now: frame.size)
        }
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

    /// Seconds from the start of the file, which need not be the first video frame: sound may start earlier. A frame
    /// without a time (raw streams, some AVI files) comes one frame after the one before.
    private func time(of frame: FrameHandle) -> Double {
        let timestamp = frame.pointer.pointee.best_effort_timestamp
        guard timestamp != cffmpeg_no_timestamp() else { return lastTime.map { $0 + 1 / info.frameRate } ?? 0 }
        let base = frames.packets.stream.pointee.time_base
        let start = frames.packets.format.pointer.pointee.start_time
        // Subtracted in the stream's own ticks: the start is rounded to microseconds, and the first frame is at 0.
        let origin = start == cffmpeg_no_timestamp() ? 0 : av_rescale_q(start, AVRational(num: 1, den: AV_TIME_BASE), base)
        // Multiplied before it is divided: frame 3 of 10 a second is at 0.3, not at 0.30000000000000004.
        return Double(timestamp &- origin) * Double(base.num) / Double(base.den)
    }
}
