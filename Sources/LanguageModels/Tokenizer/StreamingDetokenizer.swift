/// Incremental detokenizer. Its results concatenate to `LlamaTokenizer.decode` of all ids without special tokens, trimmed; each
/// part consists of whole characters that no later token can change.
package struct StreamingDetokenizer: Sendable {
    private let tokenizer: LlamaTokenizer
    private var decoder: PieceDecoder
    /// True if the next token is the first of a run, which loses its prefix.
    private var isRunStart = true
    /// True if the current run has text, and if an earlier run has.
    private var runHasText = false, hasEarlierText = false
    private var trimmer = StreamingTrimmer()

    package init(_ tokenizer: LlamaTokenizer) {
        self.tokenizer = tokenizer
        decoder = PieceDecoder(tokenizer.model)
    }

    /// - Returns: the text that the token completed, often empty.
    package mutating func append(_ id: Int) -> String {
        guard let token = tokenizer.token(id), !tokenizer.isSpecial(token) else { return "" }
        var text: [UInt8] = []
        if tokenizer.isSeparate(token.text) {
            endRun(&text)
            if hasEarlierText { text.append(UInt8(ascii: " ")) }
            text += token.text
            hasEarlierText = true
        } else {
            var piece: [UInt8] = []
            decoder.append(isRunStart ? tokenizer.withoutPrefix(token.text) : token.text, to: &piece)
            isRunStart = false
            write(piece, to: &text)
        }
        return trimmer.append(String(decoding: text, as: UTF8.self))
    }

    /// Ends the text.
    /// - Returns: the rest: each byte of an incomplete character as U+FFFD, without trailing white space.
    package mutating func finish() -> String {
        var text: [UInt8] = []
        endRun(&text)
        return trimmer.append(String(decoding: text, as: UTF8.self))
    }

    /// Ends a run, which is the unit that SentencePiece decodes.
    private mutating func endRun(_ text: inout [UInt8]) {
        var rest: [UInt8] = []
        decoder.finish(&rest)
        write(rest, to: &text)
        hasEarlierText = hasEarlierText || runHasText
        decoder = PieceDecoder(tokenizer.model)
        (isRunStart, runHasText) = (true, false)
    }

    private mutating func write(_ piece: [UInt8], to text: inout [UInt8]) {
        guard !piece.isEmpty else { return }
        if !runHasText, hasEarlierText { text.append(UInt8(ascii: " ")) }
        runHasText = true
        text += piece
    }
}

/// Trims a text that arrives in parts: white space is held back until something follows it.
private struct StreamingTrimmer: Sendable {
    private var hasBegun = false
    private var heldBack = ""

    mutating func append(_ part: String) -> String {
        let text = hasBegun ? part[...] : part[...].withoutLeadingWhiteSpace
        let certain = text.withoutTrailingWhiteSpace
        guard !certain.isEmpty else {
            heldBack += text
            return ""
        }
        defer { heldBack = String(text[certain.endIndex...]) }
        hasBegun = true
        return heldBack + certain
    }
}
