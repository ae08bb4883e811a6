/// Incremental decoder of pieces, equivalent to SentencePiece's Decode on all of them. Consecutive byte pieces are read as
/// UTF-8: a character is emitted with its last byte, and a byte that is part of no character becomes U+FFFD.
struct PieceDecoder: Sendable {
    private let model: SentencePieceModel
    /// Bytes of an incomplete character, at most three.
    private var pending: ArraySlice<UInt8> = []
    /// True while a leading space would still be the one that encoding prepended.
    private var isAtStart = true

    init(_ model: SentencePieceModel) { self.model = model }

    /// - Parameters:
    ///   - piece: the text of a piece; any other text counts as unknown.
    ///   - text: receives the UTF-8 of all completed characters.
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

    /// Ends the text: each byte of an incomplete character becomes U+FFFD.
    mutating func finish(_ text: inout [UInt8]) { write(to: &text, isEnd: true) }

    private mutating func withSpaces(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var piece = piece
        if isAtStart, model.addsDummyPrefix || model.removesExtraWhitespace,
            piece.starts(with: SentencePieceModel.spaceSymbol) {
            piece = piece.dropFirst(SentencePieceModel.spaceSymbol.count)
            // If the model removes extra white space, every leading piece loses a space; otherwise only the first does.
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
