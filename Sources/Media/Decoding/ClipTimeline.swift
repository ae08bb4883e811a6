import CFFmpeg

/// Converts a stream's timestamps to seconds from the start of the file.
struct ClipTimeline: Sendable {
    private let base: AVRational
    private let origin: Int64

    init(_ packets: PacketReader) {
        base = packets.stream.pointee.time_base
        let start = packets.format.pointer.pointee.start_time
        // Subtracted in the stream's own ticks, because the start is rounded to microseconds and the first frame must be at 0.
        origin = start == cffmpeg_no_timestamp() ? 0 : av_rescale_q(start, AVRational(num: 1, den: AV_TIME_BASE), base)
    }

    /// Seconds from the start of the file, which may precede the first video frame if audio starts earlier.
    func seconds(_ timestamp: Int64) -> Double {
        // Multiplied before dividing: frame 3 at 10 frames/s is at 0.3, not 0.30000000000000004.
        Double(timestamp &- origin) * Double(base.num) / Double(base.den)
    }

    /// True if one of these ranges of timestamps overlaps a range of seconds.
    func isAny(of spans: [Range<Int64>], between start: Double, and end: Double) -> Bool {
        spans.contains { seconds($0.lowerBound) < end && seconds($0.upperBound) > start }
    }
}
