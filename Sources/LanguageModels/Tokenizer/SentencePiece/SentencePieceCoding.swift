// Encoding and decoding.
extension SentencePieceModel {
    /// Piece ids of a text, without BOS and EOS.
    package func encode(_ text: String) -> [Int] { encode(Array(text.utf8)[...]) }

    /// - Parameter text: UTF-8.
    func encode(_ text: ArraySlice<UInt8>) -> [Int] {
        var ids: [Int] = []
        for symbol in BytePairMerge.parts(of: normalized(text), self) {
            if let id = id(for: symbol), pieces[id].type != .unused {
                ids.append(id)
            } else if !byteIDs.isEmpty {
                ids += symbol.map { byteIDs[Int($0)] }
            } else if ids.last != unknownID {
                // A run of unknown characters becomes one unknown piece.
                ids.append(unknownID)
            }
        }
        return ids
    }

    /// Decodes ids to text; ids outside the model are skipped.
    package func decode(_ ids: [Int]) -> String {
        var decoder = PieceDecoder(self)
        var text: [UInt8] = []
        for id in ids where pieces.indices.contains(id) { decoder.append(pieces[id].text.bytes, to: &text) }
        decoder.finish(&text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The text with U+2581 replaced by spaces. Written by hand, because `replacing(_:with:)` dominated the time of decoding.
    static func withSpaces(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            if text[position] == spaceSymbol[0], text[position...].starts(with: spaceSymbol) {
                result.append(UInt8(ascii: " "))
                position += spaceSymbol.count
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    /// Normalises white space as the model requires: prepends the dummy prefix, turns spaces into U+2581, and, if configured,
    /// trims both ends and collapses runs.
    private func normalized(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let blank = UInt8(ascii: " ")
        guard !text.isEmpty, !removesExtraWhitespace || text.contains(where: { $0 != blank }) else { return [] }
        let space = escapesWhitespace ? Self.spaceSymbol : [blank]
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2)
        if addsDummyPrefix { result += space }
        var dropsSpace = removesExtraWhitespace
        for byte in text {
            guard byte == blank else {
                result.append(byte)
                dropsSpace = false
                continue
            }
            if !dropsSpace { result += space }
            dropsSpace = removesExtraWhitespace
        }
        if removesExtraWhitespace {
            while result.count >= space.count, result.suffix(space.count).elementsEqual(space) {
                result.removeLast(space.count)
            }
        }
        return result
    }
}
