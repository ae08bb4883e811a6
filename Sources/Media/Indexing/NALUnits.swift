/// Contents of the NAL units in one H.264 or HEVC packet that determine if decoding can start there.
///
/// Sources: ITU-T H.264, 7.3.1 and Annex B; ITU-T H.265, 7.3.1 and Annex B; ISO/IEC 14496-15, 5.3.2 (length prefixes).
struct NALUnits {
    /// Delimiters of a packet's units.
    enum Framing: Equatable {
        /// 00 00 01 before each unit.
        case startCodes
        /// A big-endian length of this many bytes before each unit.
        case lengths(Int)

        /// - Parameter extradata: the stream's configuration record, or parameter sets with start codes.
        init?(hevc: Bool, extradata: UnsafeBufferPointer<UInt8>) {
            // Configuration records begin with version 1; a start code begins with 0.
            guard extradata.first == 1 else {
                self = .startCodes
                return
            }
            let place = hevc ? 21 : 4
            guard place < extradata.count else { return nil }
            self = .lengths(Int(extradata[place] & 3) + 1)
        }
    }

    /// Type of the first slice unit; nil if there is none.
    private(set) var firstPicture: UInt8?
    private(set) var hasSequenceParameters = false
    private(set) var hasPictureParameters = false
    /// HEVC only: the sequence ends here, so that some pictures of the next packet are not displayed.
    private(set) var endsSequence = false

    /// - Returns: nil if the units do not fill the packet.
    init?(_ packet: UnsafeBufferPointer<UInt8>, hevc: Bool, framing: Framing) {
        switch framing {
        case .startCodes:
            var offset = 0
            while let start = startCode(in: packet, from: offset) {
                note(packet, at: start, hevc: hevc)
                offset = start
            }
        case .lengths(let width):
            var offset = 0
            while offset < packet.count {
                guard offset + width <= packet.count else { return nil }
                let length = packet[offset..<offset + width].reduce(0) { $0 << 8 | Int($1) }
                offset += width
                guard length <= packet.count - offset else { return nil }
                if length > 0 { note(packet, at: offset, hevc: hevc) }
                offset += length
            }
        }
    }

    private mutating func note(_ packet: UnsafeBufferPointer<UInt8>, at offset: Int, hevc: Bool) {
        let byte = packet[offset]
        guard hevc else {
            switch byte & 0x1F {
            case 1...5: firstPicture = firstPicture ?? byte & 0x1F
            case 7: hasSequenceParameters = true
            case 8: hasPictureParameters = true
            default: break
            }
            return
        }
        // Other layers (depth, alpha, a second view) are not decoded.
        guard offset + 1 < packet.count, byte & 1 == 0, packet[offset + 1] >> 3 == 0 else { return }
        switch byte >> 1 & 0x3F {
        case let type where type < 32: firstPicture = firstPicture ?? type
        case 33: hasSequenceParameters = true
        case 34: hasPictureParameters = true
        case 36, 37: endsSequence = true
        default: break
        }
    }
}

/// Index of the byte after the next 00 00 01; nil if there is none, or nothing after it.
private func startCode(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    // Inspects every third byte until one is at most 1.
    var place = start + 2
    while place + 1 < bytes.count {
        switch bytes[place] {
        case 1 where bytes[place - 1] == 0 && bytes[place - 2] == 0: return place + 1
        case 0: place += 1
        default: place += 3
        }
    }
    return nil
}
