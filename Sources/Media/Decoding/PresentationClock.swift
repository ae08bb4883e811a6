/// Converts the times of a clip's frames, in presentation order, to a single increasing clock. In joined recordings the clock
/// restarts or jumps far ahead; frames after such a joint follow those before it at the usual interval. Other clips keep their
/// times, including pauses.
struct PresentationClock {
    /// Frames at which the stream's clock restarted or jumped.
    private(set) var joints: [Int] = []
    /// Number of frames whose own time does not exceed that of the frame before, although later frames continue.
    private(set) var respaced = 0
    /// Seconds between frames, according to the file.
    let usual: Double
    private let isStream: Bool
    /// First pause at which the stream has a gap in its data while its clock continues, and the number of such pauses.
    private var broken: (frame: Int, seconds: Double, count: Int)?
    /// Offset added to the stream's times.
    private var shift = 0.0
    private var latest: (frame: Int, time: Double, interval: Double)?

    /// Intervals by which the clock may go back without counting as restarted.
    private static let jitter = 3.0
    /// Seconds of a pause that is examined for a joint: FFmpeg's threshold for a discontinuity (`dts_delta_threshold`).
    static let longPause = 10.0
    /// Seconds of a jump that means another clock. Motion-triggered recorders leave long pauses, so a jump in a stream counts
    /// only with a gap in its data, or beyond half the range of its 33-bit clock, which then has gone back. For files, FFmpeg's
    /// threshold (`dts_error_threshold`).
    private static let jumps = (broken: 3600.0, stream: Double(1 << 32) / 90000, file: 30 * 3600.0)

    /// - Parameter isStream: true for formats whose clock may change, such as MPEG transport streams.
    init(frameRate: Double, isStream: Bool) {
        usual = 1 / frameRate
        self.isStream = isStream
    }

    /// One line on repaired times; nil if there are none.
    var mending: String? {
        var parts: [String] = []
        if let first = joints.first {
            let others = joints.count - 1
            parts.append(
                "its clock starts again or jumps at frame \(first)"
                    + (others > 0 ? " and \(others) more \(others == 1 ? "time" : "times")" : "")
                    + ": times go on from the frame before")
        }
        if let broken {
            let others = broken.count - 1
            parts.append(
                "it is broken off before frame \(broken.frame), and its clock goes on \(Int(broken.seconds.rounded())) seconds later"
                    + (others > 0 ? ", and \(others) more \(others == 1 ? "time" : "times") like that" : "") + ": taken for a pause")
        }
        if respaced > 0 {
            parts.append(
                "\(respaced) \(respaced == 1 ? "frame has a time" : "frames have times") not later than the frame before: "
                    + "spread evenly up to the next")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// True if a time of `raw` after `latest` means that the clock was restarted.
    static func isRestart(_ raw: Double, after latest: Double, usual: Double) -> Bool { raw < latest - jitter * usual }

    /// The time of the next frame.
    /// - Parameters:
    ///   - raw: seconds on the stream's own clock.
    ///   - isBroken: true if the stream has a gap between two times of that clock; called for long pauses.
    /// - Returns: nil if the time does not exceed that of the frame before and there is no joint.
    mutating func time(_ raw: Double, isBroken: (_ start: Double, _ end: Double) -> Bool = { _, _ in false }) -> Double? {
        guard let latest else { return note(raw) }
        let time = shifted(raw), pause = time - latest.time
        if Self.isRestart(time, after: latest.time, usual: usual) { return restart(raw) }
        if pause > Self.longPause, pause > 10 * max(usual, latest.interval) {
            let isBroken = isStream && isBroken(raw - pause, raw)
            let jump = isBroken ? Self.jumps.broken : isStream ? Self.jumps.stream : Self.jumps.file
            if pause > jump { return restart(raw) }
            if isBroken { broken = (broken?.frame ?? latest.frame + 1, broken?.seconds ?? pause, (broken?.count ?? 0) + 1) }
        }
        return time > latest.time ? note(time) : nil
    }

    /// The time of the next frame, at which the stream's clock restarts.
    mutating func restart(_ raw: Double) -> Double {
        guard let latest else { return note(raw) }
        joints.append(latest.frame + 1)
        let time = latest.time + step
        shift = time - raw
        return note(shifted(raw))
    }

    /// True if a frame with this time can follow the latest one.
    func isLater(_ raw: Double) -> Bool { latest.map { shifted(raw) > $0.time } ?? true }

    /// The time of a next frame that has none itself.
    mutating func untimed() -> Double { note(latest.map { $0.time + usual } ?? 0) }

    /// The times of the next frames, of which only the last exceeds the latest one.
    mutating func spread(_ count: Int, upTo raw: Double) -> [Double] {
        let start = latest?.time ?? 0, end = shifted(raw)
        respaced += count - 1
        return (1...count).map { note($0 == count ? end : start + (end - start) * Double($0) / Double(count)) }
    }

    /// The time of a frame that comes too early and has no later one after it.
    mutating func respace() -> Double {
        respaced += 1
        return untimed()
    }

    private var step: Double { latest.map { (0..<1).contains($0.interval) && $0.interval > 0 ? $0.interval : usual } ?? usual }

    private func shifted(_ raw: Double) -> Double {
        // Rounded to microseconds, which is finer than any frame interval, to remove floating-point residue.
        shift == 0 ? raw : ((raw + shift) * 1e6).rounded() / 1e6
    }

    private mutating func note(_ time: Double) -> Double {
        latest = (latest.map { $0.frame + 1 } ?? 0, time, latest.map { time - $0.time } ?? usual)
        return time
    }
}
