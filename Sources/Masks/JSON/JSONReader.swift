/// Streaming JSON parser that builds no tree, because mask files can have hundreds of megabytes, mostly strings that are read
/// once. Accepts what Python's `json` writes, including `NaN` and `Infinity`.
///
/// Source: RFC 8259.
package struct JSONReader {
    package enum Kind: String {
        case object = "an object", array = "a list", string = "a string", number = "a number"
        case bool = "true or false", null = "null"
    }

    /// Deepest nesting of objects and lists.
    private static let maximumDepth = 64

    package let bytes: [UInt8]
    package private(set) var position = 0
    private var depth = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // a byte order mark
    }

    package func fault(_ found: String, expected: String) -> JSONFault {
        JSONFault(offset: position, found: found, expected: expected)
    }

    /// Kind of the next value, which is not consumed.
    package mutating func kind() throws -> Kind {
        switch try nextCharacter() {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"): .number
        case let other: throw fault("the byte \(other)", expected: "a JSON value")
        }
    }

    /// Reads an object: `body` is called with each key and must read its value.
    package mutating func object(_ body: (inout JSONReader, String) throws -> Void) throws {
        try container(.object, from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { json, _ in
            let key = try json.string()
            guard try json.nextCharacter() == UInt8(ascii: ":") else { throw json.fault("no colon", expected: "one after a key") }
            json.position += 1
            try body(&json, key)
        }
    }

    /// Reads a list: `body` is called with each index and must read the element.
    package mutating func array(_ body: (inout JSONReader, Int) throws -> Void) throws {
        try container(.array, from: UInt8(ascii: "["), to: UInt8(ascii: "]"), body)
    }

    private mutating func container(
        _ kind: Kind, from open: UInt8, to close: UInt8, _ element: (inout JSONReader, Int) throws -> Void
    ) throws {
        try expect(kind)
        position += 1
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) levels", expected: "fewer") }
        var index = 0
        if try nextCharacter() != close {
            while true {
                try element(&self, index)
                index += 1
                let separator = try nextCharacter()
                if separator == close { break }
                guard separator == UInt8(ascii: ",") else { throw fault("no comma", expected: "one between values") }
                position += 1
            }
        }
        position += 1
        depth -= 1
    }

    /// Skips a value of any kind.
    package mutating func skip() throws {
        switch try kind() {
        case .object: try object { json, _ in try json.skip() }
        case .array: try array { json, _ in try json.skip() }
        case .string: _ = try stringBytes()
        case .number: _ = try number()
        case .bool: try word(bytes[position] == UInt8(ascii: "t") ? "true" : "false")
        case .null: try word("null")
        }
    }

    /// Consumes `null` if it is next.
    package mutating func null() throws -> Bool {
        guard try kind() == .null else { return false }
        try word("null")
        return true
    }

    /// - Throws: `JSONFault` if anything but white space follows.
    package mutating func end() throws {
        skipWhiteSpace()
        guard position == bytes.count else { throw fault("more after the end", expected: "one JSON value") }
    }

    mutating func expect(_ kind: Kind) throws {
        let found = try self.kind()
        guard found == kind else { throw fault(found.rawValue, expected: kind.rawValue) }
    }

    package mutating func word(_ word: String) throws {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("an unknown word", expected: word) }
        position += word.utf8.count
    }

    /// Consumes the next character that is not white space.
    private mutating func nextCharacter() throws -> UInt8 {
        skipWhiteSpace()
        guard position < bytes.count else { throw fault("the end of the file", expected: "more JSON") }
        return bytes[position]
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    mutating func move(to position: Int) { self.position = position }
}

/// A fault in a JSON file, with its position.
package struct JSONFault: Error {
    /// Byte offset.
    package let offset: Int
    package let found: String
    package let expected: String
}
