/// Byte pair encoding of one text. Starting from single characters, the adjacent pair whose concatenation is the piece with the
/// highest score is merged, the leftmost among equals, until no concatenation is a piece. Candidates are kept in a heap and
/// symbols in a linked list, so a text of n characters takes O(n log n) time. Source: Sennrich et al., arXiv 1508.07909, and
/// SentencePiece's bpe_model.cc.
struct BytePairMerge {
    private struct Symbol {
        /// Position in the text; empty after merging into the left neighbour.
        var range: Range<Int>
        /// Indices of the neighbours, nil at either end.
        var previous: Int?, next: Int?
        /// True for a user-defined symbol, which never merges.
        let isFrozen: Bool
    }

    private struct Candidate: Comparable {
        let score: Float
        let left: Int, right: Int
        /// Bytes of the merged text. If its halves no longer add up to this, one of them has been merged otherwise and the
        /// candidate is stale.
        let length: Int

        static func < (one: Candidate, other: Candidate) -> Bool {
            one.score == other.score ? one.left > other.left : one.score < other.score
        }
    }

    private let model: SentencePieceModel
    private let text: [UInt8]
    private var symbols: [Symbol] = []
    private var candidates = Heap<Candidate>()
    /// Offset of the second half in each merged text that is an unused piece.
    private var seams: [ByteString: Int] = [:]

    /// - Parameter text: normalised UTF-8.
    /// - Returns: the text in segments, each the text of a piece or an unknown character.
    static func parts(of text: [UInt8], _ model: SentencePieceModel) -> [ArraySlice<UInt8>] {
        var merge = BytePairMerge(model: model, text: text)
        merge.split()
        for right in merge.symbols.indices.dropFirst() { merge.consider(right - 1, right) }
        while let best = merge.candidates.popFirst() { merge.apply(best) }
        return merge.parts()
    }

    private init(model: SentencePieceModel, text: [UInt8]) {
        self.model = model
        self.text = text
    }

    private mutating func split() {
        symbols.reserveCapacity(text.count)
        var start = 0
        while start < text.count {
            let frozen = model.userDefined.longestMatch(text[start...])
            let lead = text[start]
            let length = frozen?.count ?? (lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4)
            let end = min(start + length, text.count)
            symbols.append(Symbol(
                range: start..<end, previous: start == 0 ? nil : symbols.count - 1,
                next: end == text.count ? nil : symbols.count + 1, isFrozen: frozen != nil))
            start = end
        }
    }

    /// Adds an adjacent pair as a candidate if its concatenation is a piece.
    private mutating func consider(_ left: Int, _ right: Int) {
        guard !symbols[left].isFrozen, !symbols[right].isFrozen else { return }
        let union = symbols[left].range.lowerBound..<symbols[right].range.upperBound
        guard let id = model.id(for: text[union]) else { return }
        let piece = model.pieces[id]
        candidates.insert(Candidate(score: piece.score, left: left, right: right, length: union.count))
        if piece.type == .unused { seams[piece.text] = symbols[left].range.count }
    }

    private mutating func apply(_ candidate: Candidate) {
        let left = symbols[candidate.left], right = symbols[candidate.right]
        guard !left.range.isEmpty, !right.range.isEmpty, left.range.count + right.range.count == candidate.length else {
            return
        }
        symbols[candidate.left].range = left.range.lowerBound..<right.range.upperBound
        symbols[candidate.right].range = right.range.upperBound..<right.range.upperBound
        symbols[candidate.left].next = right.next
        if let next = right.next { symbols[next].previous = candidate.left }
        if let previous = left.previous { consider(previous, candidate.left) }
        if let next = right.next { consider(candidate.left, next) }
    }

    /// The symbols' texts; an unused piece is split again at its last merge.
    private func parts() -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        for symbol in symbols where !symbol.range.isEmpty {
            var waiting = [text[symbol.range]]
            while let part = waiting.popLast() {
                guard let seam = seams[ByteString(part)] else {
                    parts.append(part)
                    continue
                }
                waiting.append(part.dropFirst(seam))
                waiting.append(part.prefix(seam))
            }
        }
        return parts
    }
}
