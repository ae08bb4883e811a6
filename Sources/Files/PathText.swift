// Paths are bytes and need not be UTF-8: names from old archives use other encodings. Here a path is a string in which each byte
// that is not valid UTF-8 is represented by a private-use character, U+10FE80 to U+10FEFF, and converted back for system calls.

extension String {
    /// The string for a path.
    /// - Parameter bytes: without a terminating 0.
    package init(path bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isPathByte) {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView(), parser = UTF8.ForwardParser(), rest = bytes.makeIterator(), place = 0
        func escape(_ count: Int) {
            for byte in bytes[place...].prefix(count) { scalars.append(scalar(ofPathByte: byte)) }
        }
        parsing: while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                if isPathByte(scalar) { escape(encoded.count) } else { scalars.append(scalar) }
                place += encoded.count
            case .error(let length):
                escape(length)
                place += length
            case .emptyInput:
                break parsing
            }
        }
        self = String(scalars)
    }

    /// The bytes of the path that this string represents.
    package var pathBytes: [UInt8] {
        guard unicodeScalars.contains(where: isPathByte) else { return Array(utf8) }
        return unicodeScalars.flatMap { isPathByte($0) ? [UInt8($0.value & 0xFF)] : Array(UTF8.encode($0) ?? .init()) }
    }

    /// Calls `body` with the path as a C string.
    package func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        guard unicodeScalars.contains(where: isPathByte) else { return try withCString(body) }
        return try (pathBytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return try withCString(body) }
            return try body(start)
        }
    }

    /// The string for display, with invalid bytes as \xE9.
    package var withReadablePaths: String {
        guard unicodeScalars.contains(where: isPathByte) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isPathByte(scalar) {
                text += "\\x" + String(scalar.value & 0xFF, radix: 16, uppercase: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

private func isPathByte(_ scalar: Unicode.Scalar) -> Bool { (0x10FE80...0x10FEFF).contains(scalar.value) }

private func scalar(ofPathByte byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(0x10FE00 + UInt32(byte)) ?? "\u{FFFD}"
}
