/// Text as editors and spreadsheets on Windows save it.
package enum UTF8Text {
    /// The text in UTF-8 without the byte order mark in front: of UTF-16 with a mark, in UTF-8; everything else as it is.
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
