import CFFmpeg

/// Which packet each frame of a file comes from and where decoding can begin, found by reading the packets without
/// decoding them. Exists only for files where that numbers frames as decoding from the start does.
struct FrameIndex: Sendable {
    /// Marks that tell a packet from others.
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

        /// True if `packet` is this one, read again. FFmpeg guesses decoding times, and guesses otherwise after a seek.
        func matches(_ packet: AVPacket) -> Bool {
            packet.pts == timestamp && packet.size == size && packet.pos == position
        }
    }

    /// A packet at which decoding can begin.
    struct Entry: Sendable, Equatable {
        /// Position among the packets.
        let packet: Int
        /// The first frame that is right when decoding begins here; what comes out before it is not to be used.
        let frame: Int
    }

    /// In file order.
    let packets: [Packet]
    /// The timestamps of the frames, ascending from one joint to the next.
    let timestamps: [Int64]
    /// One line on times that were mended; nil when all are the file's own.
    let mending: String?
    /// The frames' times; nil when they are the file's own.
    let mendedTimes: [Double]?
    /// Ascending; the first is packet 0 and frame 0.
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

    /// The frames inside a part of the clip.
    func frames(in span: TimeSpan) -> Range<Int> {
        let start = firstPlace(in: frameCount) { span.hasBegun(at: time(ofFrame: $0)) }
        return start..<max(start, firstPlace(in: frameCount) { span.isOver(at: time(ofFrame: $0)) })
    }
}

/// The first of `0..<count` for which `isFound` holds, as it then does for all that follow; `count` when for none.
func firstPlace(in count: Int, where isFound: (Int) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
        let middle = range.lowerBound + range.count / 2
        range = isFound(middle) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
}
