/// Text files as saved by editors and spreadsheets on Windows.
package enum UTF8Text {
    /// Converts to UTF-8 without a byte order mark: from UTF-16 if there is such a mark; other bytes are unchanged.
    package static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard bytes.count % 2 == 0, isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place -> UInt16 in
            let first = UInt16(bytes[place]), second = UInt16(bytes[place + 1])
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
