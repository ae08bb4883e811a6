/// Tokenises captions as the COCO caption measures do: by Penn Treebank conventions as implemented in the Stanford tokeniser
/// (CoreNLP 3.4.1, used by pycocoevalcap), in lowercase and without punctuation.
///
/// Written from the tokeniser's behaviour, and compared with it on the text in `Tests/Fixtures/text-measures`. Emoticons and URLs
/// are covered only in common forms.
package enum PennTreebankTokenizer {
    /// Tokens that pycocoevalcap drops.
    private static let punctuation: Set = [
        "''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";",
    ]

    package static func words(_ caption: String) -> [String] {
        var scanner = PennScanner(caption)
        var result: [String] = []
        while let tokens = scanner.next() {
            for token in tokens where !punctuation.contains(token) {
                result += PythonText.words(token.lowercased())
            }
        }
        return result
    }
}

/// A position in a caption, and the token that begins there.
struct PennScanner {
    let text: [Unicode.Scalar]
    private var place = 0

    init(_ caption: String) {
        // Soft hyphens are dropped.
        text = caption.unicodeScalars.filter { $0 != "\u{AD}" }
    }

    /// The next token, or the two that it is split into; nil at the end.
    mutating func next() -> [String]? {
        while place < text.count, text[place].isBlank { place += 1 }
        guard place < text.count else { return nil }
        let (end, tokens) = token(at: place)
        place = max(end, place + 1)
        return tokens
    }

    subscript(_ place: Int) -> Unicode.Scalar? { text.indices.contains(place) ? text[place] : nil }

    func string(_ start: Int, _ end: Int) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text[start..<end])
        return String(result)
    }

    /// The text with straight apostrophes, for comparisons and suffixes.
    func straight(_ start: Int, _ end: Int) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text[start..<end].map { $0.isApostrophe ? "'" : $0 })
        return String(result)
    }

    /// The end of the run of scalars that satisfy a condition.
    func end(from start: Int, while isPart: (Unicode.Scalar) -> Bool) -> Int {
        var end = start
        while end < text.count, isPart(text[end]) { end += 1 }
        return end
    }

    private func token(at start: Int) -> (end: Int, tokens: [String]) {
        let first = text[start]
        if let end = tag(at: start) ?? address(at: start) ?? smiley(at: start) {
            return (end, [Self.bracketed(string(start, end))])
        }
        if let quotes = quotes(at: start) { return quotes }
        if first.isApostrophe { return apostrophe(at: start) }
        if let end = signedNumber(at: start), !first.isWordPart { return (end, [string(start, end)]) }
        if first.isWordPart { return word(at: start) }
        return sign(at: start)
    }

    /// Parentheses in an emoticon are escaped like others.
    private static func bracketed(_ text: String) -> String {
        text.first == "<" || text.count > 4 ? text : text.replacing("(", with: "-lrb-").replacing(")", with: "-rrb-")
    }

    /// The end of a number that may begin with a sign, point, comma or colon.
    func signedNumber(at start: Int) -> Int? {
        let digits = self[start] == "-" || self[start] == "+" ? start + 1 : start
        let whole = end(from: digits, while: \.isDigit), all = fractions(from: whole)
        return all > digits ? all : nil
    }

    /// The end of groups of digits after points, commas and colons.
    func fractions(from start: Int) -> Int {
        var end = start
        while let mark = self[end], mark == "." || mark == "," || mark == ":", self[end + 1]?.isDigit ?? false {
            end = self.end(from: end + 1, while: \.isDigit)
        }
        return end
    }
}

extension Unicode.Scalar {
    /// A typographic apostrophe, which always begins a suffix.
    var isCurled: Bool { self == "\u{2019}" }

    /// White space and invisible separators.
    var isBlank: Bool { PythonText.isSpace(self) || (0x200B...0x200F).contains(value) || value == 0xFEFF }

    var isApostrophe: Bool { self == "'" || self == "\u{2019}" || self == "\u{2018}" || self == "\u{201B}" }

    var isDigit: Bool { properties.generalCategory == .decimalNumber }

    var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self != "ª" && self != "º"
        default: false
        }
    }

    /// True for letters, digits and combining marks.
    var isWordPart: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber: true
        default: isLetter
        }
    }

    var isCapital: Bool { properties.generalCategory == .uppercaseLetter }
}
