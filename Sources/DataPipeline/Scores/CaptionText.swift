import Foundation

/// A caption split into words and sentences.
struct CaptionText {
    let text: String
    /// Words in lowercase, in order.
    let words: [String]

    init(_ text: String) {
        self.text = text
        words = Self.words(of: text)
    }

    /// Content words: without stop words, plurals as singulars.
    var content: Set<String> { Set(words.filter { !Self.stopWords.contains($0) }.map(Self.singular)) }

    /// Sentences in order, with punctuation.
    var sentences: [String] {
        var sentences: [String] = [], start = text.startIndex, place = text.startIndex
        while place < text.endIndex {
            let next = text.index(after: place)
            let ends = ".!?".contains(text[place]) && (next == text.endIndex || text[next].isWhitespace)
            if ends || next == text.endIndex {
                let sentence = text[start..<next].trimmingCharacters(in: .whitespacesAndNewlines)
                if !sentence.isEmpty { sentences.append(sentence) }
                start = next
            }
            place = next
        }
        return sentences
    }

    /// True if the words of a name occur in the text consecutively.
    func mentions(_ name: String) -> Bool {
        let wanted = Self.words(of: name).map(Self.singular), own = words.map(Self.singular)
        guard !wanted.isEmpty, own.count >= wanted.count else { return false }
        return (0...own.count - wanted.count).contains { own[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    /// F1 of the content words of two texts, from 0 (none in common) to 1 (equal).
    static func agreement(_ one: Set<String>, _ other: Set<String>) -> Double {
        guard !one.isEmpty || !other.isEmpty else { return 1 }
        return 2 * Double(one.intersection(other).count) / Double(one.count + other.count)
    }

    private static func words(of text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "\u{2019}") }.map(String.init)
    }

    /// A word without its plural s; short words and those ending in ss, us or is keep it.
    static func singular(_ word: String) -> String {
        guard word.count > 3, word.hasSuffix("s"), !["ss", "us", "is"].contains(where: word.hasSuffix) else { return word }
        return String(word.dropLast())
    }

    private static let stopWords: Set<String> = [
        "a", "about", "above", "all", "also", "an", "and", "another", "are", "around", "as", "at", "be", "been", "being", "both", "but",
        "by", "can", "each", "for", "from", "has", "have", "having", "he", "her", "his", "in", "into", "is", "it", "its", "more", "most",
        "of", "on", "one", "onto", "or", "other", "over", "she", "so", "some", "such", "than", "that", "the", "their", "them", "there",
        "these", "they", "this", "those", "to", "towards", "under", "up", "very", "was", "were", "which", "while", "who", "whose",
        "with", "within",
    ]
}

/// Flaws in a caption's text, by name.
enum TextRules {
    private static let fewestWords = 3
    private static let refusals = ["i cannot", "i can't", "i'm sorry", "i am sorry", "i'm unable", "i am unable", "as an ai", "cannot see"]
    private static let mentions: [(rule: String, words: Set<String>)] = [
        ("mentions_image", ["image", "images", "picture", "pictures", "photo", "photograph", "frame", "frames", "video"]),
        ("mentions_mask", ["mask", "masked", "outline", "outlined", "segmented", "region"]),
        ("mentions_background", ["background", "foreground"]),
    ]

    /// Names of the rules that a caption violates, in order.
    static func broken(by caption: Caption) -> [String] {
        let text = CaptionText(caption.text), words = Set(text.words), folded = caption.text.lowercased()
        var broken: [String] = []
        if text.words.count < fewestWords { broken.append("short") }
        let sentences = text.sentences.map { $0.lowercased() }
        if Set(sentences).count < sentences.count { broken.append("repeated_sentence") }
        if repeats(text.words) { broken.append("repeated_words") }
        let ending = caption.text.last { !$0.isWhitespace }
        if caption.finishReason == "length" || !(ending.map { ".!?\"\u{201D})".contains($0) } ?? false) { broken.append("unfinished") }
        if caption.text.contains(/(?m)^\s*([-*\u{2022}]|[0-9]+[.)])\s/) { broken.append("list_marks") }
        if refusals.contains(where: folded.contains) { broken.append("refusal") }
        for (rule, found) in mentions where !words.isDisjoint(with: found) { broken.append(rule) }
        return broken
    }

    /// True if a sequence of four words occurs twice.
    private static func repeats(_ words: [String]) -> Bool {
        guard words.count >= 8 else { return false }
        var seen: Set<[String]> = []
        return (0...words.count - 4).contains { !seen.insert(Array(words[$0..<$0 + 4])).inserted }
    }
}
