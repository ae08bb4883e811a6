/// Turns ids into text as they are generated. What it returns, put together, is `LlamaTokenizer.decode` of all ids
/// without special tokens, trimmed; each part is whole characters that nothing to come can change.
package struct StreamingDetokenizer: Sendable {
    private let tokenizer: LlamaTokenizer
    private var decoder: PieceDecoder
    /// True if the next token is the first of a run, which loses its prefix.
    private var isRunStart = true
    /// True if the current run has text, and if anything before it has.
    private var runHasText = false, hasEarlierText = false
    private var trimmer = StreamingTrimmer()

    package init(_ tokenizer: LlamaTokenizer) {
        self.tokenizer = tokenizer
        decoder = PieceDecoder(tokenizer.model)
    }

    /// - Returns: the text that became certain, often empty.
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
    /// - Returns: what was held back: an unfinished character's bytes, each as U+FFFD, but no white space.
    package mutating func finish() -> String {
        var text: [UInt8] = []
        endRun(&text)
        return trimmer.append(String(decoding: text, as: UTF8.self))
    }

    /// Ends what SentencePiece decodes together.
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

/// Trims a text that comes in parts: white space waits until something follows it.
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
