/// Strings and numbers.
extension JSONReader {
    package mutating func string() throws -> String {
        String(decoding: try stringBytes(), as: UTF8.self)
    }

    /// The characters of a string as UTF-8, with escapes decoded.
    mutating func stringBytes() throws -> [UInt8] {
        try expect(.string)
        var start = position + 1
        var result: [UInt8] = []
        while let end = bytes[start...].firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            result += bytes[start..<end]
            move(to: end + 1)
            if bytes[end] == UInt8(ascii: "\"") { return result }
            try appendEscaped(to: &result)
            start = position
        }
        throw fault("a string without end", expected: "a quotation mark")
    }

    /// Reads what follows a backslash.
    private mutating func appendEscaped(to result: inout [UInt8]) throws {
        guard position < bytes.count else { throw fault("a string without end", expected: "a quotation mark") }
        let character = bytes[position]
        move(to: position + 1)
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(character)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"): try appendUnicode(to: &result)
        default: throw fault("an unknown escape", expected: "one of JSON's")
        }
    }

    private mutating func appendUnicode(to result: inout [UInt8]) throws {
        var units = [try hexadecimalUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            move(to: position + 2)
            units.append(try hexadecimalUnit())
        }
        result += Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func hexadecimalUnit() throws -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("a wrong \\u escape", expected: "four hexadecimal digits") }
        move(to: position + 4)
        return unit
    }

    package mutating func number() throws -> Double {
        let text = try numberText()
        if let number = Double(text) { return number }
        throw fault("\"\(text)\"", expected: "a number")
    }

    /// An integer, possibly written as `848.0`.
    package mutating func integer() throws -> Int {
        try expect(.number)
        if let digits = plainDigits() { return digits }
        let text = try numberText()
        if let number = Int(text) { return number }
        if let number = Double(text), let whole = Int(exactly: number) { return whole }
        throw fault("\"\(text)\"", expected: "a whole number")
    }

    /// Fast path for up to 18 digits followed by a separator, as nearly every number in a list of runs.
    private mutating func plainDigits() -> Int? {
        var value = 0, end = position
        while end < bytes.count, end - position < 18, (0x30...0x39).contains(bytes[end]) {
            value = value * 10 + Int(bytes[end] - 0x30)
            end += 1
        }
        guard end > position, end < bytes.count else { return nil }
        switch bytes[end] {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0A, 0x0D, 0x09: break
        default: return nil
        }
        move(to: end)
        return value
    }

    /// The characters of a number, at most 64, which is ample for JSON numbers.
    package mutating func numberText() throws -> String {
        try expect(.number)
        let characters = bytes[position...].prefix(64).prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ".")].contains($0)
        }
        move(to: characters.endIndex)
        return String(decoding: characters, as: UTF8.self)
    }

    /// A track id: a number or a string.
    package mutating func trackID() throws -> TrackID {
        try kind() == .string ? .name(try string()) : .number(try integer())
    }

    /// As `trackID`; nil for null.
    package mutating func optionalTrackID() throws -> TrackID? {
        try null() ? nil : try trackID()
    }

    /// Reads a string; nil for null or another kind of value.
    package mutating func optionalString() throws -> String? {
        if try kind() == .string { return try string() }
        try skip()
        return nil
    }

    /// Reads an integer; nil for null or another kind of value.
    package mutating func optionalInteger() throws -> Int? {
        if try kind() == .number { return Int(exactly: try number()) }
        try skip()
        return nil
    }
}
