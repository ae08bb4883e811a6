import Files

/// SHA-1 of a file as a git blob, by which the hub names small files. Sources: FIPS 180-4, sections 4.1.1, 4.2.1, 5.3.1 and 6.1;
/// https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
package struct GitBlobSHA1: Digest {
    private var blocks = DigestBlocks()
    private var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]

    package init() {}

    /// - Parameter size: size of the file in bytes, which git prepends.
    package init(size: Int) {
        Array("blob \(size)\0".utf8).withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        blocks.update(bytes) { Self.add($0, to: &state) }
    }

    package mutating func finish() -> String {
        blocks.finish { Self.add($0, to: &state) }
        return hexadecimal(state)
    }

    private static func add(_ bytes: UnsafeRawBufferPointer, to state: inout [UInt32]) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
            for start in stride(from: 0, to: bytes.count, by: DigestBlocks.size) {
                for index in 0..<16 {
                    words[index] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self))
                }
                for index in 16..<80 {
                    words[index] = rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
                }
                mix(words, into: &state)
            }
        }
    }

    private static func mix(_ words: UnsafeMutableBufferPointer<UInt32>, into state: inout [UInt32]) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let (choice, constant): (UInt32, UInt32) =
                switch index {
                case ..<20: (b & c | ~b & d, 0x5a82_7999)
                case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case ..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            (e, d, c, b, a) = (d, c, rotate(b, 30), a, rotate(a, 5) &+ choice &+ e &+ constant &+ words[index])
        }
        for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
