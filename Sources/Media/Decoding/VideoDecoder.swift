import CFFmpeg

/// Decodes the first video stream of a file sequentially, in presentation order. Supports every container, codec and pixel format
/// of FFmpeg; cover art is not video. Interlaced pictures are returned as stored, both fields woven, so that frame numbers and
/// pixels equal FFmpeg's. Holds a bounded number of frames, whatever the clip's length. Not thread-safe; decoding itself uses all
/// cores.
package final class VideoDecoder: FrameSource {
    /// The file's path as given.
    package let path: String
    /// Facts from the file and its first frame.
    package var info: VideoInfo { presenter.info }

    let presenter: FramePresenter
    private let frames: FrameReader
    /// The stream's orientation, or the latest one stated by a frame, which holds until another frame changes it.
    private var orientation: Orientation
    /// The first frame, until its time is determined.
    private var first: FrameHandle?
    /// Decoded frames with their times, in order.
    private var ready: ArraySlice<(FrameHandle, Double)> = []
    private var handedOut = 0
    private var clock: PresentationClock
    /// Delay in ticks of frames that have only decoding times.
    private let delay: Int64
    private var hasEnded = false

    /// Upper bound on frames decoded ahead to find one that is later than those before.
    private static let lookahead = 8

    /// Opens the file and decodes its first frame.
    /// - Throws: `VideoError` if the file is missing, is not a video, or has no video stream, no supported codec or no decodable
    ///   frame.
    package convenience init(path: String) throws {
        try self.init(path: path, isStill: false)
    }

    /// - Parameter isStill: true for a single picture that must be intact, rather than a clip that tolerates damage.
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

    /// The next frame; nil after the last. What cannot be decoded is skipped and reported by `damage`.
    /// - Throws: `VideoError.sizeChanged` if a frame's size differs from the first one's.
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

    /// After `next()` has returned nil: one line on damage (truncated, unreadable or corrupt parts) and the number of frames
    /// decoded anyway; nil if there was none. Wrong bytes that decode to some picture go unnoticed, and errors that a decoder
    /// concealed are reported only if it says so in time (it decodes frames in parallel).
    package var damage: String? {
        hasEnded ? frames.damage.summary(decodedFrames: handedOut) : nil
    }

    /// One line on times repaired so far; nil if all are the file's own.
    package var mending: String? { clock.mending }

    /// The next frame with its time in seconds from the start of the file, together with frames decoded ahead to determine it;
    /// empty at the end. A frame without a time (raw streams, some AVI files) follows the previous one at the usual interval.
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

    /// Removes floating-point residue from a sum of intervals: 3.9, not 3.900000000000002.
    private static func tidy(_ time: Double) -> Double {
        let rounded = (time * 1e6).rounded() / 1e6
        return abs(rounded - time) < 1e-9 ? rounded : time
    }

    /// Time on the stream's own clock; nil for a frame without one.
    private func seconds(_ frame: FrameHandle) -> Double? {
        let timestamp = frame.pointer.pointee.best_effort_timestamp
        return timestamp == cffmpeg_no_timestamp() ? nil : presenter.timeline.seconds(timestamp &- delay)
    }

    private func isBroken(_ start: Double, _ end: Double) -> Bool {
        presenter.timeline.isAny(of: frames.packets.breaks, between: start, and: end)
    }

    /// Ticks between the start of the stream and the first frame in containers without presentation times (AVI), for which FFmpeg
    /// gives the time at which a frame leaves the decoder. The first frame is shown at the start of the stream.
    private static func delay(_ first: FrameHandle, _ packets: PacketReader) -> Int64 {
        let none = cffmpeg_no_timestamp(), frame = first.pointer.pointee, start = packets.stream.pointee.start_time
        guard frame.pts == none, frame.best_effort_timestamp != none else { return 0 }
        return max(0, frame.best_effort_timestamp &- (start == none ? 0 : start))
    }
}
