/// A generated token with its log probability under the model, before temperature, top-k and top-p.
package struct TokenProbability: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let token: Int
        /// Natural logarithm.
        package let logProbability: Float
    }

    package let drawn: Entry
    /// The most probable tokens, best first; equals by ascending id.
    package let best: [Entry]

    /// - Parameters:
    ///   - logits: `[vocabulary]`.
    ///   - count: number of entries in `best`.
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
    /// Bytes that a token adds in the middle of a text; for a special token, its name.
    package func bytes(of id: Int) -> [UInt8] {
        guard let token = token(id) else { return [] }
        let isPiece = !isSpecial(token) && !isSeparate(token.text)
        guard isPiece else { return Array(token.text) }
        let piece = model.pieces[model.id(named: ByteString(token.text))]
        return piece.byte.map { [$0] } ?? Array(SentencePieceModel.withSpaces(token.text))
    }
}
