// Decoding.
extension LlamaTokenizer {
    /// Decodes ids to text; ids outside the vocabulary are skipped. White space at the ends is kept, except for the space that
    /// `encode` prepends.
    package func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        let tokens = ids.compactMap { token($0) }.filter { !skippingSpecialTokens || !isSpecial($0) }
        var parts: [[UInt8]] = []
        var run: [ArraySlice<UInt8>] = []
        for token in tokens.map(\.text) {
            guard isSeparate(token) else {
                run.append(token)
                continue
            }
            let text = text(of: run)
            if !text.isEmpty { parts.append(text) }
            parts.append(Array(token))
            run = []
        }
        if !run.isEmpty { parts.append(text(of: run)) }
        return String(decoding: Array(parts.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
    }

    /// The text of a run of tokens without separate ones.
    private func text(of run: [ArraySlice<UInt8>]) -> [UInt8] {
        var text: [UInt8] = []
        var decoder = PieceDecoder(model)
        var followsSpecial = false
        for (position, token) in run.enumerated() {
            let token = position == 0 ? withoutPrefix(token) : token
            guard !specialTexts.contains(ByteString(token)) else {
                decoder.finish(&text)
                decoder = PieceDecoder(model)
                text += token
                followsSpecial = true
                continue
            }
            if followsSpecial, position == 1, addsPrefixSpace, !token.starts(with: SentencePieceModel.spaceSymbol) {
                text.append(UInt8(ascii: " "))
            }
            decoder.append(token, to: &text)
            followsSpecial = false
        }
        decoder.finish(&text)
        return text
    }

    /// The token of an id, nil outside the vocabulary.
    func token(_ id: Int) -> (id: Int, text: ArraySlice<UInt8>)? {
        if let added = addedTokens[id] { return (id, added.content.bytes) }
        return model.pieces.indices.contains(id) ? (id, model.pieces[id].text.bytes) : nil
    }

    func isSpecial(_ token: (id: Int, text: ArraySlice<UInt8>)) -> Bool {
        specialIDs.contains(token.id) || specialTexts.contains(ByteString(token.text))
    }

    func isSeparate(_ token: ArraySlice<UInt8>) -> Bool { separateTexts.contains(ByteString(token)) }

    /// A run's first token without the space that `encode` prepended.
    func withoutPrefix(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let space = SentencePieceModel.spaceSymbol
        return addsPrefixSpace && token.starts(with: space) ? token.dropFirst(space.count) : token
    }
}
