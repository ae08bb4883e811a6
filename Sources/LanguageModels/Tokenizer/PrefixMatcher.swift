/// Finds the longest of a set of texts that occurs at a given position of another text.
struct PrefixMatcher: Sendable {
    private let texts: Set<ByteString>
    /// Different lengths for each first byte, longest first: one hash look-up per length instead of a walk through a trie.
    private var lengths: [[Int]]

    /// - Parameter texts: UTF-8; empty ones never match.
    init(_ texts: some Sequence<ByteString>) {
        self.texts = Set(texts)
        var seen = [Set<Int>](repeating: [], count: 256)
        for text in self.texts {
            guard let first = text.bytes.first else { continue }
            seen[Int(first)].insert(text.bytes.count)
        }
        lengths = seen.map { $0.sorted(by: >) }
    }

    /// The longest of the texts that is a prefix of `bytes`.
    func longestMatch(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let first = bytes.first else { return nil }
        for length in lengths[Int(first)] where length <= bytes.count {
            let candidate = bytes.prefix(length)
            if texts.contains(ByteString(candidate)) { return candidate }
        }
        return nil
    }

    /// Splits `bytes` at the texts found in them, leftmost and then longest match first.
    /// - Returns: the matches and the sections between them in order, none of them empty.
    func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex, position = bytes.startIndex
        while position < bytes.endIndex {
            guard let match = longestMatch(bytes[position...]) else {
                position += 1
                continue
            }
            if start < position { parts.append(bytes[start..<position]) }
            parts.append(match)
            position = match.endIndex
            start = position
        }
        if start < position { parts.append(bytes[start..<position]) }
        return parts
    }
}
