/// A token that was drawn, and how probable the model found it: before temperature, top-k and top-p.
package struct TokenProbability: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let token: Int
        /// Natural logarithm.
        package let logProbability: Float
    }

    package let drawn: Entry
    /// Most probable tokens, the best first; of equals the one of the smaller number.
    package let best: [Entry]

    /// - Parameters:
    ///   - logits: `[vocabulary]`.
    ///   - count: of `best`.
    init(token: Int, logits: [Float], count: Int) {
        let logarithms = logSoftmax(logits)
        drawn = Entry(token: token, logProbability: logarithms[token])
        var best: [Entry] = []
        for (token, logProbability) in logarithms.enumerated() {
            guard best.count < count || logProbability > best.last?.logProbability ?? .infinity else { continue }
            let place = best.firstIndex { $0.logProbability < logProbability } ?? best.count
            best.insert(Entry(token: token, logProbability: logProbability), at: place)
            if best.count > count { best.removeLast() }
        }
        self.best = best
    }
}

extension LlamaTokenizer {
    /// Bytes that a token adds to a text that goes on; a token that people are not shown has its name.
    package func bytes(of id: Int) -> [UInt8] {
        guard let token = token(id) else { return [] }
        let isPiece = !isSpecial(token) && !isSeparate(token.text)
        guard isPiece else { return Array(token.text) }
        let piece = model.pieces[model.id(named: ByteString(token.text))]
        return piece.byte.map { [$0] } ?? Array(SentencePieceModel.withSpaces(token.text))
    }
}
