/// Turns pieces into text one at a time, as SentencePiece's Decode does with all of them. Byte pieces in a row are read
/// as UTF-8: a character appears when its last byte has come, and a byte that belongs to none as U+FFFD.
struct PieceDecoder: Sendable {
    private let model: SentencePieceModel
    /// The beginning of a character, at most three bytes.
    private var pending: ArraySlice<UInt8> = []
    /// True if a space in front would still be the one that was put there.
    private var isAtStart = true

    init(_ model: SentencePieceModel) { self.model = model }

    /// - Parameters:
    ///   - piece: the text of a piece, or any other text, which counts as unknown.
    ///   - text: gets the UTF-8 of what became certain, whole characters only.
    mutating func append(_ piece: ArraySlice<UInt8>, to text: inout [UInt8]) {
        let id = model.id(named: ByteString(piece))
        if let byte = model.pieces[id].byte {
            pending.append(byte)
            write(to: &text, isEnd: false)
            return
        }
        finish(&text)
        switch model.pieces[id].type {
        case .control: return
        case .unknown:
            let isNamed = model.pieces[id].text == ByteString(piece)
            write(isNamed ? model.unknownSurface : piece, to: &text)
        default: write(withSpaces(piece), to: &text)
        }
    }

    /// Ends the text: what is left of an unfinished character is U+FFFD byte by byte.
    mutating func finish(_ text: inout [UInt8]) { write(to: &text, isEnd: true) }

    private mutating func withSpaces(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var piece = piece
        if isAtStart, model.addsDummyPrefix || model.removesExtraWhitespace,
            piece.starts(with: SentencePieceModel.spaceSymbol) {
            piece = piece.dropFirst(SentencePieceModel.spaceSymbol.count)
            // With extra white space removed every piece in front loses a space, else only the first.
            if !model.removesExtraWhitespace { isAtStart = false }
        }
        return SentencePieceModel.withSpaces(piece)[...]
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        text += bytes
        isAtStart = false
    }

    private mutating func write(to text: inout [UInt8], isEnd: Bool) {
        while !pending.isEmpty {
            switch UTF8Prefix(pending) {
            case .character(let length):
                write(pending.prefix(length), to: &text)
                pending.removeFirst(length)
            case .incomplete where !isEnd: return
            case .incomplete, .invalid:
                write(Array("\u{FFFD}".utf8)[...], to: &text)
                pending.removeFirst()
            }
        }
    }
}
