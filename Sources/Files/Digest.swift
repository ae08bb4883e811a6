/// An incremental hash.
package protocol Digest {
    init()
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// Returns the hash in hexadecimal digits; no data can be added afterwards.
    mutating func finish() -> String
}

/// Splits data into blocks of 64 bytes, and pads the last one as SHA-1 and SHA-256 require.
package struct DigestBlocks {
    package static let size = 64
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    /// - Parameter body: called with contiguous whole blocks.
    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        count &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let head = rest.prefix(Self.size - pending.count)
            pending.append(contentsOf: head)
            rest = rest.dropFirst(head.count)
            guard pending.count == Self.size else { return }
            pending.withUnsafeBytes(body)
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / Self.size * Self.size
        if whole > 0 { body(UnsafeRawBufferPointer(rebasing: rest.prefix(whole))) }
        pending.append(contentsOf: rest.dropFirst(whole))
    }

    /// Passes on the remaining bytes with the padding.
    package mutating func finish(_ body: (UnsafeRawBufferPointer) -> Void) {
        let bits = count &* 8
        pending.append(0x80)
        while pending.count % Self.size != Self.size - 8 { pending.append(0) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) { pending.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        pending.withUnsafeBytes(body)
    }
}

/// Words of a hash in hexadecimal digits.
package func hexadecimal(_ words: some Sequence<UInt32>) -> String {
    words.map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
}
