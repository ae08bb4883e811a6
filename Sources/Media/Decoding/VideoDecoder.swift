import CFFmpeg

/// Reads the first video stream of a file, frame after frame in presentation order. Any container, codec and pixel
/// format FFmpeg has; cover art does not count as video. Interlaced pictures are given as stored, both fields woven,
/// so that a frame has the number and the pixels it has in FFmpeg. Holds a bounded number of frames however long the
/// clip is. Not thread-safe; decoding itself uses all cores.
package final class VideoDecoder: FrameSource {
    /// The file's path as given.
    package let path: String
    /// Facts that the file and its first frame say.
    package var info: VideoInfo { presenter.info }

    let presenter: FramePresenter
    private let frames: FrameReader
    /// The stream's, or what a frame said since: that holds until another frame says otherwise.
    private var orientation: Orientation
    /// The first frame until it has its time.
    private var first: FrameHandle?
    /// Decoded frames with their times, in order.
    private var ready: ArraySlice<(FrameHandle, Double)> = []
    private var handedOut = 0
    private var clock: PresentationClock
    /// Ticks by which frames that have only times of decoding come late.
    private let delay: Int64
    private var hasEnded = false

    /// Frames decoded ahead to find one that is later than those before.
    private static let lookahead = 8

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
        clock = presenter.clock
        delay = Self.delay(frame, frames.packets)
    }

    /// The next frame, or nil after the last one. What cannot be decoded is left out and told by `damage`.
    /// - Throws: `VideoError.sizeChanged` when a frame is not of the first one's size.
    package func next() throws -> VideoFrame? {
        if ready.isEmpty { ready = try decodeTimed()[...] }
        guard let (picture, time) = ready.popFirst() else {
            hasEnded = true
            return nil
        }
        if let told = picture.orientation { orientation = told }
        let frame = try presenter.frame(picture, index: handedOut, time: time, orientation: orientation)
        handedOut += 1
        return frame
    }

    /// After `next()` has returned nil: one line that says what was wrong with the file (cut off, unreadable or corrupt
    /// parts) and how many frames were decoded all the same; nil when nothing was. Wrong bytes that a decoder takes for
    /// pictures go unnoticed, and what it repaired is told only when it says so in time (it decodes frames in parallel).
    package var damage: String? {
        hasEnded ? frames.damage.summary(decodedFrames: handedOut) : nil
    }

    /// One line on times that were mended so far; nil when all are the file's own.
    package var mending: String? { clock.mending }

    /// The next frame with its time, in seconds from the start of the file, and those that had to be looked at for it;
    /// none at the end. A frame without a time (raw streams, some AVI files) comes one frame after the one before.
    private func decodeTimed() throws -> [(FrameHandle, Double)] {
        guard let picture = try first ?? frames.next() else { return [] }
        first = nil
        guard let raw = seconds(picture) else { return [(picture, Self.tidy(clock.untimed()))] }
        if let time = clock.time(raw, isBroken: isBroken) { return [(picture, time)] }
        var held = [picture]
        while held.count < Self.lookahead, let next = try frames.next() {
            held.append(next)
            if let raw = seconds(next), clock.isLater(raw) { return Array(zip(held, clock.spread(held.count, upTo: raw))) }
        }
        guard held.count == Self.lookahead else { return held.map { ($0, Self.tidy(clock.respace())) } }
        return [(picture, clock.restart(raw))] + held.dropFirst().map { next in
            (next, seconds(next).map { clock.time($0, isBroken: isBroken) ?? Self.tidy(clock.respace()) } ?? Self.tidy(clock.untimed()))
        }
    }

    /// A sum of intervals without what adding them up left behind: 3.9, not 3.900000000000002.
    private static func tidy(_ time: Double) -> Double {
        let rounded = (time * 1e6).rounded() / 1e6
        return abs(rounded - time) < 1e-9 ? rounded : time
    }

    /// On the stream's own clock; nil for a frame without a time.
    private func seconds(_ frame: FrameHandle) -> Double? {
        let timestamp = frame.pointer.pointee.best_effort_timestamp
        return timestamp == cffmpeg_no_timestamp() ? nil : presenter.timeline.seconds(timestamp &- delay)
    }

    private func isBroken(_ start: Double, _ end: Double) -> Bool {
        presenter.timeline.isAny(of: frames.packets.breaks, between: start, and: end)
    }

    /// Ticks between the start of the stream and the first frame in containers without presentation times (AVI), where FFmpeg
    /// gives a frame the time at which it leaves the decoder. The first frame is shown at the start of the stream.
    private static func delay(_ first: FrameHandle, _ packets: PacketReader) -> Int64 {
        let none = cffmpeg_no_timestamp(), frame = first.pointer.pointee, start = packets.stream.pointee.start_time
        guard frame.pts == none, frame.best_effort_timestamp != none else { return 0 }
        return max(0, frame.best_effort_timestamp &- (start == none ? 0 : start))
    }
}
