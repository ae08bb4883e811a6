/// Text as UTF-8 bytes, as a vocabulary compares it. Swift's `String` considers "é" and "e" + U+0301 equal, but they are
/// different pieces.
struct ByteString: Hashable, Sendable {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    init(_ text: String) { bytes = Array(text.utf8)[...] }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension ByteString: CustomStringConvertible {
    /// Quoted and on one line, for error messages.
    var description: String { String(decoding: bytes, as: UTF8.self).debugDescription }
}
