// Encoding.
extension LlamaTokenizer {
    /// Token ids of a text.
    /// - Parameter addBOS: true to prepend `bosID`.
    package func encode(_ text: String, addBOS: Bool) -> [Int] {
        (addBOS ? [bosID] : []) + encode(Array(text.utf8))
    }

    private func encode(_ text: [UInt8]) -> [Int] {
        guard !text.isEmpty else { return [] }
        let space = SentencePieceModel.spaceSymbol
        let spaced = SentencePieceModel.withSpaces(text[...])
        var sections = sections(of: (addsPrefixSpace ? space : []) + spaced)
        // A text that begins with a special token gets no prefix, and loses a single space before that token.
        if sections.count > 1, specialTexts.contains(ByteString(sections[1])), Self.isSpace(sections[0]),
            encode(section: sections[0]) == [model.id(named: ByteString(space[...]))] {
            sections.removeFirst()
        }
        return sections.flatMap { section in
            addedIDs[ByteString(section)].map { [$0] } ?? encode(section: section)
        }
    }

    /// Splits a text at its added tokens; tokens that absorb white space include it.
    private func sections(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var sections = addedMatcher.split(text[...])
        for index in sections.indices {
            let section = sections[index]
            guard let token = addedIDs[ByteString(section)].flatMap({ addedTokens[$0] }) else { continue }
            let left = index > 0 ? sections[index - 1] : []
            let right = index + 1 < sections.count ? sections[index + 1] : []
            if token.stripsRight, !right.isEmpty {
                let stripped = Substring(decoding: right, as: UTF8.self).withoutLeadingWhiteSpace
                sections[index + 1] = Array(stripped.utf8)[...]
            }
            if token.stripsLeft, !left.isEmpty {
                let stripped = Substring(decoding: left, as: UTF8.self).withoutTrailingWhiteSpace
                sections[index - 1] = Array(stripped.utf8)[...]
            }
            guard token.isSingleWord else { continue }
            if let last = left.last, last != UInt8(ascii: " ") {
                sections[index - 1] += section
                sections[index] = []
            } else if let first = right.first, first != UInt8(ascii: " ") {
                sections[index + 1] = section + sections[index + 1]
                sections[index] = []
            }
        }
        return sections.filter { !$0.isEmpty }
    }

    /// Encodes a section without added tokens. SentencePiece may remove leading white space, so a section with leading white
    /// space is encoded after the unknown token's text, whose pieces are then dropped.
    private func encode(section: ArraySlice<UInt8>) -> [Int] {
        guard section.first == UInt8(ascii: " ") || section.starts(with: SentencePieceModel.spaceSymbol) else {
            return model.encode(section)
        }
        let ids = model.encode(unknownText.bytes + section)
        return ids.count < unknownLength ? ids : Array(ids.dropFirst(unknownLength))
    }

    private static func isSpace(_ section: ArraySlice<UInt8>) -> Bool {
        section.elementsEqual(SentencePieceModel.spaceSymbol) || section.elementsEqual([UInt8(ascii: " ")])
    }
}
