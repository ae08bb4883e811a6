import CFFmpeg

/// Turns a stream's timestamps into seconds from the start of the file.
struct ClipTimeline: Sendable {
    private let base: AVRational
    private let origin: Int64

    init(_ packets: PacketReader) {
        base = packets.stream.pointee.time_base
        let start = packets.format.pointer.pointee.start_time
        // Subtracted in the stream's own ticks: the start is rounded to microseconds, and the first frame is at 0.
        origin = start == cffmpeg_no_timestamp() ? 0 : av_rescale_q(start, AVRational(num: 1, den: AV_TIME_BASE), base)
    }

    /// Seconds from the start of the file, which need not be the first video frame: sound may start earlier.
    func seconds(_ timestamp: Int64) -> Double {
        // Multiplied before it is divided: frame 3 of 10 a second is at 0.3, not at 0.30000000000000004.
        Double(timestamp &- origin) * Double(base.num) / Double(base.den)
    }

    /// True if one of these spans of timestamps overlaps a span of seconds.
    func isAny(of spans: [Range<Int64>], between start: Double, and end: Double) -> Bool {
        spans.contains { seconds($0.lowerBound) < end && seconds($0.upperBound) > start }
    }
}
