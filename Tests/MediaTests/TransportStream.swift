import TestSupport

/// An MPEG transport stream joined from parts as recorders do, with shifted clocks and continuity counters.
struct TransportStream {
    private(set) var bytes: [UInt8] = []
    /// The latest continuity counter of each PID.
    private var counters: [Int: UInt8] = [:]

    /// Adds a stream.
    /// - Parameters:
    ///   - seconds: offset of its clock.
    ///   - isContinued: true to continue the previous continuity counters, as one recorder does; false to break them.
    mutating func add(_ part: [UInt8], later seconds: Double, isContinued: Bool) {
        let ticks = Int(seconds * 90000)
        for start in stride(from: 0, to: part.count - 187, by: 188) {
            var packet = Array(part[start..<start + 188])
            let pid = Int(packet[1] & 0x1F) << 8 | Int(packet[2]), hasPayload = packet[3] & 0x10 != 0
            if isContinued, let latest = counters[pid] {
                packet[3] = packet[3] & 0xF0 | (hasPayload ? (latest + 1) & 0x0F : latest)
            }
            counters[pid] = packet[3] & 0x0F
            Self.move(&packet, by: ticks)
            bytes += packet
        }
    }

    /// Shifts the clock reference, and the times of the picture that begins in the packet.
    private static func move(_ packet: inout [UInt8], by ticks: Int) {
        let hasAdaptation = packet[3] & 0x20 != 0
        if hasAdaptation, packet[4] > 0, packet[5] & 0x10 != 0 {
            let base = packet[6..<10].reduce(0) { $0 << 8 | Int($1) } << 1 | Int(packet[10] >> 7)
            let moved = (base + ticks) & 0x1_FFFF_FFFF
            for index in 0..<4 { packet[6 + index] = UInt8(moved >> (25 - 8 * index) & 0xFF) }
            packet[10] = packet[10] & 0x7F | UInt8(moved & 1) << 7
        }
        let payload = hasAdaptation ? 5 + Int(packet[4]) : 4
        guard packet[1] & 0x40 != 0, payload + 19 <= 188, packet[payload..<payload + 3].elementsEqual([0, 0, 1]) else { return }
        if packet[payload + 7] & 0x80 != 0 { moveTime(&packet, at: payload + 9, by: ticks) }
        if packet[payload + 7] & 0x40 != 0 { moveTime(&packet, at: payload + 14, by: ticks) }
    }

    private static func moveTime(_ packet: inout [UInt8], at place: Int, by ticks: Int) {
        let old = Int(packet[place] >> 1 & 7) << 30 | Int(packet[place + 1]) << 22 | Int(packet[place + 2] >> 1) << 15
            | Int(packet[place + 3]) << 7 | Int(packet[place + 4] >> 1)
        let time = (old + ticks) & 0x1_FFFF_FFFF
        packet[place] = packet[place] & 0xF1 | UInt8(time >> 30 & 7) << 1
        packet[place + 1] = UInt8(time >> 22 & 0xFF)
        packet[place + 2] = UInt8(time >> 15 & 0x7F) << 1 | 1
        packet[place + 3] = UInt8(time >> 7 & 0xFF)
        packet[place + 4] = UInt8(time & 0x7F) << 1 | 1
    }
}
