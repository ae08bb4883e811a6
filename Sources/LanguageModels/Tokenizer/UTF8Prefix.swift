/// The start of a byte sequence, read as UTF-8 (Unicode 16, table 3-7: no overlong forms, no surrogates).
enum UTF8Prefix: Equatable {
    /// A whole character, with its length in bytes.
    case character(Int)
    /// A character that more bytes may complete.
    case incomplete
    /// A byte that begins no valid character, whatever follows.
    case invalid

    init(_ bytes: ArraySlice<UInt8>) {
        guard let lead = bytes.first else {
            self = .incomplete
            return
        }
        // After four of the lead bytes, the second byte's range is narrower than that of the others.
        let length: Int, second: ClosedRange<UInt8>
        switch lead {
        case 0x00...0x7F: (length, second) = (1, 0x80...0xBF)
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default:
            self = .invalid
            return
        }
        let following = bytes.dropFirst().prefix(length - 1)
        let isBroken = following.enumerated().contains { position, byte in
            !(position == 0 ? second : 0x80...0xBF).contains(byte)
        }
        self = isBroken ? .invalid : following.count < length - 1 ? .incomplete : .character(length)
    }
}
