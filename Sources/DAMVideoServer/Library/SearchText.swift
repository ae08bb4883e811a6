import Foundation

/// Texts of people as SQLite's full-text search takes them. Source: https://www.sqlite.org/fts5.html, sections 3 and 4.3.
enum SearchText {
    /// Words of a query at most; what comes behind them is passed over.
    static let mostWords = 32

    /// Stands between the characters of scripts that are written without spaces, so that each is a word: a separator for
    /// FTS5, and nothing to see for people.
    private static let joint: Character = "\u{200B}"

    /// Text with each character of such a script as a word of its own.
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

    /// Indexed text as people wrote it.
    static func shown(_ text: String) -> String { text.replacing(String(joint), with: "") }

    /// A query that finds texts with all words of this one, each a phrase in quotes, so that nothing in it is an operator.
    /// - Returns: nil for text without a word.
    static func query(_ text: String) -> String? {
        let pieces = indexed(text).split { $0.isWhitespace || $0 == "\"" || $0 == "\0" }
        // Characters of one word of such a script follow one another.
        let words = pieces.filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
        guard !words.isEmpty else { return nil }
        return words.prefix(mostWords).map { "\"\($0)\"" }.joined(separator: " AND ")
    }

    /// Marks around what was found, which no caption has: private-use characters.
    static let matchBegin = "\u{E000}", matchEnd = "\u{E001}"

    /// The pieces of a marked text that are outside and inside of a match by turns, outside first.
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
