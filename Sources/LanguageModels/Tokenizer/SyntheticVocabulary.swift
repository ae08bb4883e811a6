/// A `tokenizer.model` made in memory, for models without a checkpoint: bytes, the words of given texts as one piece each, and
/// filler pieces up to the vocabulary size.
package struct SyntheticVocabulary {
    let pieces: [(text: String, type: SentencePieceModel.PieceType)]

    /// - Parameter size: vocabulary size; exceeded if the words' pieces need more.
    package init(size: Int, wordsOf texts: [String]) {
        var pieces: [(text: String, type: SentencePieceModel.PieceType)] = [("<unk>", .unknown), ("<s>", .control), ("</s>", .control)]
        pieces += (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return ("<0x" + (byte < 16 ? "0" : "") + digits + ">", .byte)
        }
        var known: Set<String> = []
        func add(_ text: String) {
            if known.insert(text).inserted { pieces.append((text, .normal)) }
        }
        // A merge joins two pieces, so every prefix of a word has to be a piece.
        for word in texts.flatMap({ $0.split(whereSeparator: \.isWhitespace) }) {
            word.forEach { add(String($0)) }
            for length in 0...word.count { add("\u{2581}" + word.prefix(length)) }
        }
        while pieces.count < size { add("\u{2581}#\(pieces.count)") }
        self.pieces = pieces
    }

    /// The file's bytes. Source: SentencePiece's sentencepiece_model.proto.
    package var file: [UInt8] {
        var file: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            // Earlier pieces are merged first.
            let score = Float(-index).bitPattern
            file += Self.field(
                1, Self.field(1, Array(piece.text.utf8)) + [0x15] + (0..<4).map { UInt8(truncatingIfNeeded: score >> ($0 * 8)) }
                    + Self.field(3, number: piece.type.rawValue))
        }
        let trainer = Self.field(3, number: 2) + Self.field(35, number: 1)
        return file + Self.field(2, trainer) + Self.field(3, [])
    }

    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }

    private static func field(_ number: Int, number value: Int) -> [UInt8] { varint(number << 3) + varint(value) }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f | 0x80)] + varint(value >> 7)
    }
}
