import CFFmpeg

/// Frame slots of a file's packets, from their decoding times, in file order.
package struct PacketPlaces {
    /// Packets flagged as corrupt, except at a joint, where the flag only means that what follows does not belong together.
    private(set) var corrupt = 0
    /// Ranges from the packet before a long pause to the one after it, where a packet before it is flagged.
    private(set) var breaks: [Range<Int64>] = []
    /// Minimum ticks of a long pause; nil for formats without joints.
    private let longPause: Int64?
    private var first: Int64?
    private var latest: Int64?
    private var longestStep: Int64 = 1
    /// Packets since the last flagged one, and since the last joint.
    private var sinceMark = Int.max
    private var sinceJoint = Int.max

    /// FFmpeg flags the packet that ends at the joint, or the one before it.
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

    /// Number of frames in a file whose header counts slots, one per tick, of which packets fill some.
    func frames(declared: Int, found: Int) -> Int {
        guard let first, let latest else { return declared }
        return Self.frames(declared: declared, found: found, covered: Int(clamping: latest &- first &+ longestStep))
    }

    /// - Parameters:
    ///   - declared: slots according to the header.
    ///   - found: packets read.
    ///   - covered: slots up to the last of them.
    package static func frames(declared: Int, found: Int, covered: Int) -> Int {
        // Times that go back cover nothing.
        guard covered > 0, covered < declared else { return found }
        return Int(exactly: (Double(declared) * Double(found) / Double(covered)).rounded()) ?? found
    }
}
