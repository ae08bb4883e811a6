/// Reproducible random numbers (SplitMix64; Steele, Lea and Flood, 2014).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// A file as damaged by accident or attack: one to four changes, each a flipped bit, another byte, a truncation, an extreme value
/// in place of a number that is often a length, or a part removed, duplicated or moved.
/// - Parameter bytes: returned unchanged if empty.
package func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&result, using: &random) }
    return result
}

/// A text with one of its numbers replaced by an unexpected one.
/// - Parameter bytes: returned unchanged if there is no number.
package func withOddNumber(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
    guard let start = digits.randomElement(using: &random) else { return bytes }
    let end = bytes[start...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.endIndex
    var result = bytes
    result.replaceSubrange(start..<end, with: Array((oddNumbers.randomElement(using: &random) ?? "").utf8))
    return result
}

private let oddNumbers = [
    "0", "-1", "1.5", "1e308", "-1e308", "NaN", "nan", "inf", "99999999999999999999", "9223372036854775807", "2147483647", "4294967295",
    "65536", "null", "\"7\"", "",
]

private func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    // Readers make most decisions in headers, so half of the changes are made there.
    let reach = Bool.random(using: &random) ? bytes.count : min(bytes.count, 64)
    let place = Int.random(in: 0..<reach, using: &random)
    let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 3: bytes.removeLast(bytes.count - place)
    case 4: overwrite(&bytes, at: place, with: extremes.randomElement(using: &random) ?? [])
    case 5: bytes.removeSubrange(place..<end)
    case 6: bytes.insert(contentsOf: bytes[place..<end], at: place)
    default:
        let part = bytes[place..<end]
        bytes.insert(contentsOf: part, at: Int.random(in: 0...bytes.count, using: &random))
    }
}

/// Numbers at the limits of their type: varints, then 32- and 64-bit numbers in either byte order.
private let extremes: [[UInt8]] = [
    [0x00], [0x7F], [0xFF], [0xFF, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x08], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    [UInt8](repeating: 0xFF, count: 9) + [0x01], [UInt8](repeating: 0xFF, count: 12),
    [0, 0, 0, 0x80], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F],
    [0, 0, 0, 0, 0, 0, 0, 0x80], [UInt8](repeating: 0xFF, count: 7) + [0x7F], [UInt8](repeating: 0, count: 8),
]

private func overwrite(_ bytes: inout [UInt8], at place: Int, with number: [UInt8]) {
    for (offset, byte) in number.enumerated() where place + offset < bytes.count { bytes[place + offset] = byte }
}
