/// Tokens other than words and numbers.
extension PennScanner {
    /// Characters that are replaced.
    private static let renamed: [Unicode.Scalar: String] = [
        "(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-", "£": "#", "€": "$", "¤": "$",
        "¢": "cents", "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "\"": "''", "“": "``", "”": "''", "„": "``",
        "«": "``", "»": "''", "‹": "`", "›": "'", "…": "...", "–": "--", "—": "--", "―": "--",
    ]
    private static let entities = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "''", "&apos;": "'"]
    /// Words that begin with an apostrophe, with the length of the first of two tokens; 0 for a single token.
    private static let clipped = ["'em": 0, "'til": 0, "'n'": 0, "'n": 0, "'cause": 0, "'tis": 2, "'twas": 2]

    /// Consecutive quotation marks, which are one token.
    func quotes(at start: Int) -> (end: Int, tokens: [String])? {
        func run(_ marks: String) -> Int { end(from: start) { marks.unicodeScalars.contains($0) } }
        let straight = run("'")
        if straight > start + 1 { return (start + 2, ["''"]) }
        let opening = run("“‘"), closing = run("”’")
        if opening > start + 1 {
            return (opening, [text[start..<opening].map { $0 == "“" ? "``" : "`" }.joined()])
        }
        guard closing > start + 1 else { return nil }
        return (closing, [text[start..<closing].map { $0 == "”" ? "''" : "'" }.joined()])
    }

    /// Tokens that begin with an apostrophe.
    func apostrophe(at start: Int) -> (end: Int, tokens: [String]) {
        let letters = end(from: start + 1, while: \.isLetter), word = straight(start, letters).lowercased()
        if Self.isContraction(String(word.dropFirst())), !(self[letters]?.isDigit ?? false) { return (letters, [word]) }
        if text[start].isCurled {
            for ending in ["'s", "'m", "'d", "'re", "'ve", "'ll"] where word.hasPrefix(ending) { return (start + ending.count, [ending]) }
            if word.hasPrefix("'n"), self[start + 2] != "'", !(self[letters]?.isApostrophe ?? false) {
                return (start + 2, [string(start, start + 2)])
            }
        }
        let closed = self[letters]?.isApostrophe ?? false ? letters + 1 : letters
        for end in [closed, letters] {
            let word = string(start, end)
            guard let split = Self.clipped[straight(start, end).lowercased()], split == 0 || !text[start].isCurled else { continue }
            return (end, split == 0 ? [word] : [String(word.prefix(split)), String(word.dropFirst(split))])
        }
        let digits = end(from: start + 1, while: \.isDigit)
        if digits == start + 3 {
            let isDecade = self[digits - 1] == "0" && (self[digits] == "s" || self[digits] == "S")
            let end = isDecade ? digits + 1 : digits, next = self[end]
            let isOver = isDecade ? !(next?.isWordPart ?? false)
                : next?.isBlank ?? true || next.map { ".,;!?)'\"".unicodeScalars.contains($0) } ?? false
            if isOver { return (end, [string(start, end)]) }
        }
        return (start + 1, ["'"])
    }

    /// A token of punctuation or symbols.
    func sign(at start: Int) -> (end: Int, tokens: [String]) {
        let first = text[start], run = end(from: start) { $0 == first }
        func single(_ token: String? = nil) -> (Int, [String]) { (start + 1, [token ?? string(start, start + 1)]) }
        switch first {
        case "-": return run > start + 1 ? (run, ["--"]) : single()
        case ".": return run > start + 2 ? (run, ["..."]) : single()
        case "?", "!":
            let end = self.end(from: start) { $0 == "?" || $0 == "!" }
            return (end, [string(start, end)])
        case "*", "_", "<", ">": return (run, [string(start, run)])
        case "#" where run > start + 1: return (run, [string(start, run)])
        case "#":
            let end = self.end(from: start + 1) { $0.isASCII && $0.isLetter }
            return (end, [string(start, end)])
        case "@":
            guard let next = self[start + 1], next == "_" || next.isASCII && next.isLetter else { return single() }
            let end = self.end(from: start + 1) { $0.isASCII && $0.isWordPart || $0 == "_" }
            return (end, [string(start, end)])
        case "&":
            let end = min(text.count, self.end(from: start + 1, while: \.isLetter) + 1), entity = string(start, end)
            return Self.entities[entity].map { (end, [$0]) } ?? single()
        default: return first.value > 0xFFFF ? (start + 1, []) : single(Self.renamed[first])
        }
    }

    /// The end of a markup tag.
    func tag(at start: Int) -> Int? {
        guard self[start] == "<" else { return nil }
        let name = self[start + 1] == "/" ? start + 2 : start + 1
        guard let first = self[name], first.isASCII, first.isLetter else { return nil }
        let end = self.end(from: name) { $0 != "<" && $0 != ">" }
        return self[end] == ">" ? end + 1 : nil
    }

    /// The end of a URL.
    func address(at start: Int) -> Int? {
        guard self[start] == "h" || self[start] == "w" else { return nil }
        guard ["http://", "https://", "www."].contains(where: { beginning in
            text[start...].starts(with: beginning.unicodeScalars) && self[start + beginning.unicodeScalars.count]?.isWordPart ?? false
        }) else { return nil }
        var end = self.end(from: start) { !$0.isBlank && !"()<>\"".unicodeScalars.contains($0) }
        while let last = self[end - 1], ".,;:!?'".unicodeScalars.contains(last) { end -= 1 }
        return end
    }

    /// The end of an emoticon.
    func smiley(at start: Int) -> Int? {
        let eyes = self[start] == ">" ? start + 1 : start
        guard let first = self[eyes], ":;=".unicodeScalars.contains(first), let second = self[eyes + 1] else { return nil }
        let hasNose = "-'*o".unicodeScalars.contains(second), mouth = hasNose ? eyes + 2 : eyes + 1
        guard let shape = self[mouth], !(self[mouth + 1]?.isWordPart ?? false) else { return nil }
        if "()".unicodeScalars.contains(shape) { return mouth + 1 }
        guard !hasNose || second == "-" else { return nil }
        return "[]{@|DPpO".unicodeScalars.contains(shape) ? mouth + 1 : nil
    }
}
