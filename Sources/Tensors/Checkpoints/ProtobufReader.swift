/// The fields of one message in the protobuf wire format (protobuf.dev/programming-guides/encoding), in file order. Every length
/// is checked against the available bytes; nothing is copied.
package struct ProtobufReader {
    package struct Field {
        package let number: Int
        package let value: Value
    }

    package enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    private var rest: ArraySlice<UInt8>
    private let file: String
    private let message: String

    /// - Parameters:
    ///   - bytes: the message, with indices that are offsets in the file.
    ///   - message: its name in errors.
    package init(_ bytes: ArraySlice<UInt8>, file: String, message: String) {
        rest = bytes
        self.file = file
        self.message = message
    }

    /// - Returns: the next field, nil at the end of the message.
    /// - Throws: `CheckpointError` if the bytes are not protobuf or are truncated.
    package mutating func next() throws -> Field? {
        guard !rest.isEmpty else { return nil }
        let start = rest.startIndex
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
            throw error(found: "the tag \(tag) at byte \(start)", expected: "a field number from 1 to 536870911")
        }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return Field(number: number, value: .varint(try varint()))
        case 1: return Field(number: number, value: .fixed64(try littleEndian(8)))
        case 2: return Field(number: number, value: .bytes(try take(try varint())))
        case 5: return Field(number: number, value: .fixed32(UInt32(truncatingIfNeeded: try littleEndian(4))))
        default:
            throw error(found: "wire type \(tag & 7) at byte \(start)", expected: "wire type 0, 1, 2 or 5")
        }
    }

    /// The next of packed integers; nil at the end.
    package mutating func nextNumber() throws -> UInt64? { rest.isEmpty ? nil : try varint() }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try take(1).reduce(0) { $1 }
            // The tenth byte contains the last of 64 bits; higher ones are dropped, as specified.
            value |= shift < 64 ? UInt64(byte & 0x7F) << shift : 0
            if byte < 0x80 { return value }
        }
        throw error(found: "a number of more than 10 bytes before byte \(rest.startIndex)", expected: "at most 10")
    }

    private mutating func littleEndian(_ count: UInt64) throws -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else {
            throw error(
                found: "\(rest.count) bytes left at byte \(rest.startIndex)",
                expected: "\(count) more (truncated file?)")
        }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private func error(found: String, expected: String) -> CheckpointError {
        CheckpointError(file: file, subject: message, found: found, expected: expected)
    }
}

/// Values of the types that a message definition declares.
extension ProtobufReader.Value {
    /// - Parameters:
    ///   - name: its name in errors.
    ///   - file: path of the file.
    /// - Throws: `CheckpointError` if it is of another type; so do the functions below.
    package func bytes(_ name: String, in file: String) throws -> ArraySlice<UInt8> {
        guard case .bytes(let bytes) = self else { throw wrongKind(name, in: file, expected: "bytes") }
        return bytes
    }

    /// Bits of an int32, int64, bool or enum.
    package func integer(_ name: String, in file: String) throws -> UInt64 {
        guard case .varint(let number) = self else { throw wrongKind(name, in: file, expected: "a whole number") }
        return number
    }

    package func float(_ name: String, in file: String) throws -> Float {
        guard case .fixed32(let bits) = self else { throw wrongKind(name, in: file, expected: "a 32-bit float") }
        return Float(bitPattern: bits)
    }

    /// Calls `read` with the fields of a message, in file order.
    package func forEachField(
        _ name: String, in file: String, _ read: (Int, ProtobufReader.Value) throws -> Void
    ) throws {
        var reader = ProtobufReader(try bytes(name, in: file), file: file, message: name)
        while let field = try reader.next() { try read(field.number, field.value) }
    }

    private func wrongKind(_ name: String, in file: String, expected: String) -> CheckpointError {
        let found = switch self {
        case .varint: "a whole number"
        case .fixed64: "64 fixed bits"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .fixed32: "32 fixed bits"
        }
        return CheckpointError(file: file, subject: name, found: found, expected: expected)
    }
}
