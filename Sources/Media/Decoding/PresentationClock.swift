/// Times of a clip's frames, in order of presentation, as one clock that only goes on. Recordings that were joined start
/// their clock again, or jump far ahead; the frames behind such a joint follow those before it at the usual interval. Other
/// clips keep the times they have, pauses included.
struct PresentationClock {
    /// Frames at which the stream's clock started again or jumped.
    private(set) var joints: [Int] = []
    /// Frames whose own time is not later than that of the frame before, with the clock going on behind them.
    private(set) var respaced = 0
    /// Seconds from frame to frame, as the file says.
    let usual: Double
    private let isStream: Bool
    /// The first pause at which the stream is broken off and its clock goes on, and how many there are.
    private var broken: (frame: Int, seconds: Double, count: Int)?
    /// Added to the stream's times.
    private var shift = 0.0
    private var latest: (frame: Int, time: Double, interval: Double)?

    /// Intervals the clock may go back by without having started again.
    private static let jitter = 3.0
    /// Seconds that a pause of a stream is worth a look at: FFmpeg's bar for a discontinuity (`dts_delta_threshold`).
    static let longPause = 10.0
    /// Seconds by which a clock jumps that is another one. A recorder that waits for motion has long pauses, so in a stream
    /// it takes a break in its data, or half the range of its 33 bits: then the clock has gone back. For files FFmpeg's bar
    /// (`dts_error_threshold`).
    private static let jumps = (broken: 3600.0, stream: Double(1 << 32) / 90000, file: 30 * 3600.0)

    /// - Parameter isStream: whether the format is one whose clock may change, as MPEG transport streams' may.
    init(frameRate: Double, isStream: Bool) {
        usual = 1 / frameRate
        self.isStream = isStream
    }

    /// One line on what was mended; nil when nothing was.
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

    /// True if a clock that shows `raw` after `latest` has been started again.
    static func isRestart(_ raw: Double, after latest: Double, usual: Double) -> Bool { raw < latest - jitter * usual }

    /// The time of the next frame.
    /// - Parameters:
    ///   - raw: seconds on the stream's own clock.
    ///   - isBroken: whether the stream is broken off between two times of that clock; asked about long pauses.
    /// - Returns: nil when that is not later than the frame before, and no joint.
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

    /// The time of the next frame, from which on the stream's clock counts anew.
    mutating func restart(_ raw: Double) -> Double {
        guard let latest else { return note(raw) }
        joints.append(latest.frame + 1)
        let time = latest.time + step
        shift = time - raw
        return note(shifted(raw))
    }

    /// True if a frame of this time could follow the latest one.
    func isLater(_ raw: Double) -> Bool { latest.map { shifted(raw) > $0.time } ?? true }

    /// The time of the next frame when it has none itself.
    mutating func untimed() -> Double { note(latest.map { $0.time + usual } ?? 0) }

    /// The times of the next frames, the last of which alone is later than the latest one.
    mutating func spread(_ count: Int, upTo raw: Double) -> [Double] {
        let start = latest?.time ?? 0, end = shifted(raw)
        respaced += count - 1
        return (1...count).map { note($0 == count ? end : start + (end - start) * Double($0) / Double(count)) }
    }

    /// The time of a frame that comes too early, with none later behind it.
    mutating func respace() -> Double {
        respaced += 1
        return untimed()
    }

    private var step: Double { latest.map { (0..<1).contains($0.interval) && $0.interval > 0 ? $0.interval : usual } ?? usual }

    private func shifted(_ raw: Double) -> Double {
        // Rounded to what is finer than any frame, so that sums look like times.
        shift == 0 ? raw : ((raw + shift) * 1e6).rounded() / 1e6
    }

    private mutating func note(_ time: Double) -> Double {
        latest = (latest.map { $0.frame + 1 } ?? 0, time, latest.map { time - $0.time } ?? usual)
        return time
    }
}
