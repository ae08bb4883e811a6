/// Text as its UTF-8 bytes, the way a vocabulary compares it: Swift's `String` takes "é" and "e" + U+0301 for the same
/// text, two different pieces here.
struct ByteString: Hashable, Sendable {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    init(_ text: String) { bytes = Array(text.utf8)[...] }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension ByteString: CustomStringConvertible {
    /// In quotes and on one line, as an error message wants it.
    var description: String { String(decoding: bytes, as: UTF8.self).debugDescription }
}
