import CFFmpeg

/// Frame slots of a file's packets by their decoding times, in file order.
package struct PacketPlaces {
    /// Packets that are marked as corrupt. One at a joint is not: the mark says that what follows does not belong to it.
    private(set) var corrupt = 0
    /// From the packet before a long pause to the one behind it, where one of the packets before it is marked.
    private(set) var breaks: [Range<Int64>] = []
    /// Ticks of a long pause; nil for formats without joints.
    private let longPause: Int64?
    private var first: Int64?
    private var latest: Int64?
    private var longestStep: Int64 = 1
    /// Packets since the latest mark, and since the latest joint.
    private var sinceMark = Int.max
    private var sinceJoint = Int.max

    /// FFmpeg puts the mark on the packet that ends at the joint, or on the one before, whose end it finds there.
    private static let reach = 2

    init(_ stream: UnsafeMutablePointer<AVStream>, mayBeJoined: Bool) {
        let base = av_q2d(stream.pointee.time_base)
        longPause = mayBeJoined && base > 0 ? Int64(exactly: (PresentationClock.longPause / base).rounded()) : nil
    }

    mutating func add(_ packet: AVPacket) {
        if let longPause, let latest, packet.dts != cffmpeg_no_timestamp(),
            packet.dts <= latest || packet.dts &- longPause > latest {
            if packet.dts > latest, sinceMark < Self.reach { breaks.append(latest..<packet.dts) }
            sinceJoint = 0
            if sinceMark < Self.reach { corrupt -= 1 }
            sinceMark = .max
        }
        if packet.flags & AV_PKT_FLAG_CORRUPT != 0, sinceJoint >= Self.reach {
            corrupt += 1
            sinceMark = 0
        } else if sinceMark < .max {
            sinceMark += 1
        }
        if sinceJoint < .max { sinceJoint += 1 }
        guard packet.dts != cffmpeg_no_timestamp() else { return }
        if let latest { longestStep = max(longestStep, packet.dts &- latest) }
        first = first ?? packet.dts
        latest = packet.dts
    }

    /// Frames a file has whose header counts places, one a tick, of which packets fill some.
    func frames(declared: Int, found: Int) -> Int {
        guard let first, let latest else { return declared }
        return Self.frames(declared: declared, found: found, covered: Int(clamping: latest &- first &+ longestStep))
    }

    /// - Parameters:
    ///   - declared: places by the header.
    ///   - found: packets that were read.
    ///   - covered: places up to the last of them.
    package static func frames(declared: Int, found: Int, covered: Int) -> Int {
        // Times that go back cover nothing.
        guard covered > 0, covered < declared else { return found }
        return Int(exactly: (Double(declared) * Double(found) / Double(covered)).rounded()) ?? found
    }
}
