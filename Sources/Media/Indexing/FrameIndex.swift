import CFFmpeg

/// Mapping of a file's frames to packets and entry points for decoding, built by reading the packets without decoding them.
/// Available only for files in which it numbers frames as sequential decoding does.
struct FrameIndex: Sendable {
    /// Properties that identify a packet.
    struct Packet: Sendable, Equatable {
        let timestamp: Int64
        let decodingTimestamp: Int64
        let position: Int64
        let size: Int32

        init(_ packet: AVPacket) {
            timestamp = packet.pts
            decodingTimestamp = packet.dts
            position = packet.pos
            size = packet.size
        }

        /// True if `packet` is this one, read again. Decoding times are not compared, because FFmpeg's guesses change after a
        /// seek.
        func matches(_ packet: AVPacket) -> Bool {
            packet.pts == timestamp && packet.size == size && packet.pos == position
        }
    }

    /// A packet at which decoding can start.
    struct Entry: Sendable, Equatable {
        /// Index of the packet.
        let packet: Int
        /// The first correct frame when decoding starts here; earlier output must be discarded.
        let frame: Int
    }

    /// In file order.
    let packets: [Packet]
    /// Timestamps of the frames, ascending between joints.
    let timestamps: [Int64]
    /// One line on repaired times; nil if all are the file's own.
    let mending: String?
    /// Repaired times of the frames; nil if all are the file's own.
    let mendedTimes: [Double]?
    /// Ascending; the first has packet 0 and frame 0.
    let entries: [Entry]
    let timeline: ClipTimeline

    var frameCount: Int { timestamps.count }

    /// Seconds from the start of the file.
    func time(ofFrame frame: Int) -> Double {
        mendedTimes?[frame] ?? timeline.seconds(timestamps[frame])
    }

    /// The last entry from which `frame` can be decoded.
    func entry(for frame: Int) -> Entry {
        entries[max(0, firstPlace(in: entries.count) { entries[$0].frame > frame } - 1)]
    }

    /// Frames inside a part of the clip.
    func frames(in span: TimeSpan) -> Range<Int> {
        let start = firstPlace(in: frameCount) { span.hasBegun(at: time(ofFrame: $0)) }
        return start..<max(start, firstPlace(in: frameCount) { span.isOver(at: time(ofFrame: $0)) })
    }
}

/// Binary search: the first of `0..<count` for which the monotonic `isFound` holds; `count` if there is none.
func firstPlace(in count: Int, where isFound: (Int) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
        let middle = range.lowerBound + range.count / 2
        range = isFound(middle) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
}
