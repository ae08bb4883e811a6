import Foundation

/// Conversion of text for SQLite's full-text search. Source: https://www.sqlite.org/fts5.html, sections 3 and 4.3.
enum SearchText {
    /// Upper bound on the words of a query; the rest is ignored.
    static let mostWords = 32

    /// Zero-width space, inserted between the characters of scripts written without spaces, so that each is a word for FTS5.
    private static let joint: Character = "\u{200B}"

    /// Text with each character of such a script as a separate word.
    static func indexed(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnspaced) else { return text }
        return text.reduce(into: "") { result, character in
            if character.unicodeScalars.first.map(isUnspaced) ?? false {
                result += [joint, character, joint]
            } else {
                result.append(character)
            }
        }
    }

    /// Indexed text in its original form.
    static func shown(_ text: String) -> String { text.replacing(String(joint), with: "") }

    /// A query for texts that contain all words of this one. Each word is a quoted phrase, so that none acts as an operator.
    /// - Returns: nil for text without words.
    static func query(_ text: String) -> String? {
        let pieces = indexed(text).split { $0.isWhitespace || $0 == "\"" || $0 == "\0" }
        // Adjacent characters of such a script form one phrase.
        let words = pieces.filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
        guard !words.isEmpty else { return nil }
        return words.prefix(mostWords).map { "\"\($0)\"" }.joined(separator: " AND ")
    }

    /// Marks around matches: private-use characters, which no caption contains.
    static let matchBegin = "\u{E000}", matchEnd = "\u{E001}"

    /// The pieces of a marked text, alternating outside and inside of matches, outside first.
    static func pieces(_ marked: String) -> [String] {
        marked.split(omittingEmptySubsequences: false) { $0 == Character(matchBegin) || $0 == Character(matchEnd) }
            .map { shown(String($0)) }
    }

    /// Chinese, Japanese, Thai, Lao, Khmer and Burmese.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
