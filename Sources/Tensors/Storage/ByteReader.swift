/// Reader of little-endian integers, bounds-checked.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var remaining: Int { bytes.count - position }

    /// nil if too few bytes are left, or the position is out of range.
    mutating func next<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value? {
        guard position >= 0, remaining >= MemoryLayout<Value>.size else { return nil }
        defer { position += MemoryLayout<Value>.size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    /// The next `count` bytes; nil if there are fewer.
    mutating func next(count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, position >= 0, remaining >= count else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// The bytes up to the next line feed, which is skipped; nil if there is none.
    mutating func nextLine() -> UnsafeRawBufferPointer? {
        guard position >= 0, remaining > 0, let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { position = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }
}
