/// Tokens of words and numbers, including those joined by hyphens and the like.
extension PennScanner {
    /// Words that are split, with the length of the first token.
    private static let halves = ["cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "gimme": 3, "lemme": 3]
    /// Letters before an apostrophe inside a single word, in lowercase.
    private static let elisions: Set<Unicode.Scalar> = ["d", "l", "n", "o"]
    /// Complete words with an apostrophe.
    private static let known: Set = ["s'mores", "nor'easter", "fo'c'sle", "ol'", "d'ye", "j'accuse", "dunkin'", "somethin'", "e'er"]
    private static let dollars: Set = ["US", "HK", "NZ", "NT", "A", "C", "S"]
    /// Sentence ends that join letters into one token if no space follows.
    private static let stops: Set<Unicode.Scalar> = [".", "!", "?"]
    /// Upper bound on slashes that join words into one token.
    private static let joiningSlashes = 2

    /// The token of a word or number.
    func word(at start: Int) -> (end: Int, tokens: [String]) {
        if let end = negation(at: start) { return (end, [straight(start, end)]) }
        if let end = dotted(at: start) { return (end, [string(start, end)]) }
        let first = unit(at: start)
        if let end = special(at: start, first) { return (end, [string(start, end)]) }
        let number = self[start]?.isDigit ?? false ? fractions(from: end(from: start, while: \.isDigit)) : start
        let isTime = text[start..<number].contains(":"), joined = isTime ? number : compound(at: start, from: max(first, number))
        if number >= joined, number > start { return (number, [string(start, number)]) }
        let text = string(start, joined)
        if let length = Self.halves[text.lowercased()] {
            return (joined, [String(text.prefix(length)), String(text.dropFirst(length))])
        }
        let end = isInnerStop(joined) ? joined + 1 : joined
        return (end, [string(start, end)])
    }

    /// True for a full stop followed by a comma, colon or semicolon, which belongs to its word.
    private func isInnerStop(_ place: Int) -> Bool {
        guard self[place] == ".", let next = self[place + 1] else { return false }
        return next == "," || next == ":" || next == ";"
    }

    /// The end of letters and digits, stopping before "n't".
    /// - Parameter isJoined: true if it directly follows another word.
    private func unit(at start: Int, isJoined: Bool = false) -> Int {
        let stop = end(from: start, while: \.isWordPart)
        if let name = apostropheWord(at: start, stop, isJoined: isJoined) { return name }
        return stop - start > 1 && negation(at: stop - 1) != nil ? stop - 1 : stop
    }

    /// The end of "n't".
    private func negation(at start: Int) -> Int? {
        guard self[start] == "n" || self[start] == "N", self[start + 1]?.isApostrophe ?? false,
            self[start + 2] == "t" || self[start + 2] == "T", !(self[start + 3]?.isWordPart ?? false)
        else { return nil }
        return start + 3
    }

    /// The end of a word with an apostrophe inside, such as o'clock, D'Arcy or Hawai'i.
    private func apostropheWord(at start: Int, _ mark: Int, isJoined: Bool) -> Int? {
        guard self[mark]?.isApostrophe ?? false else { return nil }
        let stop = end(from: mark + 1, while: \.isLetter), inside = stop - mark - 1
        let longer = end(from: start) { $0.isWordPart || $0.isApostrophe }
        for end in [longer, stop, mark + 1] where Self.known.contains(straight(start, end).lowercased()) { return end }
        guard let before = self[mark - 1], let after = self[mark + 1], after.isLetter,
            !Self.isContraction(string(mark + 1, stop))
        else { return nil }
        if mark - start == 1 {
            if before == "y" || before == "Y" { return mark + 1 }
            let isName = Self.elisions.contains(before) || before.isCapital && before != "I"
            if isName, inside > 1 { return stop }
            if "dDlL".unicodeScalars.contains(before) { return mark + 1 }
        }
        let isOpen = "aeiouyAEIOUY".unicodeScalars.contains(before)
        return !isJoined && mark > start + 1 && isOpen && ("aeiou".unicodeScalars.contains(after) || after.isCapital) ? stop : nil
    }

    static func isContraction(_ letters: String) -> Bool { ["s", "m", "d", "re", "ve", "ll"].contains(letters.lowercased()) }

    /// The end of units joined by hyphens, underscores or slashes, or by & between capitals.
    private func compound(at start: Int, from first: Int) -> Int {
        var end = first, slashes = 0, areCapitals = text[start..<first].allSatisfy(\.isCapital)
        while let mark = self[end], self[end + 1]?.isWordPart ?? false {
            let next = unit(at: end + 1, isJoined: true), isCapital = text[(end + 1)..<next].allSatisfy(\.isCapital)
            switch mark {
            case "-", "_", "\u{2010}", "\u{2011}": break
            case "/":
                slashes += 1
                let isPlain = text[start..<next].allSatisfy { $0.isASCII && $0 != "." && $0 != "," }
                if slashes > Self.joiningSlashes || !isPlain { return end }
            case "&": if !areCapitals || !isCapital { return end }
            default: return end
            }
            areCapitals = areCapitals && isCapital
            end = next
        }
        return end
    }

    /// The end of words with inner stops, such as e.g., U.S.-style, a.txt or Mr.Smith, and of abbreviations.
    private func dotted(at start: Int) -> Int? {
        var end = self.end(from: start, while: \.isLetter), isAcronym = end == start + 1, parts = 1
        if self[end] == ",", self[end + 1] == "-", self[end + 2]?.isLetter ?? false { return compound(at: start, from: end + 1) }
        guard end > start, let mark = self[end], Self.stops.contains(mark) else { return nil }
        let first = string(start, end)
        while let mark = self[end], Self.stops.contains(mark), self[end + 1]?.isLetter ?? false {
            let next = self.end(from: end + 1, while: \.isLetter)
            isAcronym = isAcronym && mark == "." && next == end + 2
            (end, parts) = (next, parts + 1)
        }
        if self[end] == ".", self[end + 1] == "-", self[end + 2]?.isWordPart ?? false { return compound(at: start, from: end + 1) }
        guard parts > 1 else { return mark == "." && isAbbreviation(first, stop: end) ? end + 1 : nil }
        let isDegree = string(start, end).hasSuffix("h.D")
        if isAcronym || isDegree || isInnerStop(end), self[end] == "." { end += 1 }
        return isAcronym && self[end] == "-" && self[end + 1]?.isWordPart ?? false ? compound(at: start, from: end) : end
    }

    private func isAbbreviation(_ word: String, stop: Int) -> Bool {
        let lower = word.lowercased()
        let next = end(from: stop + 1, while: \.isBlank)
        if word.unicodeScalars.count == 1 {
            return next == stop + 1 || !PennAbbreviations.openings.contains(string(next, end(from: next, while: \.isWordPart)))
        }
        if PennAbbreviations.any.contains(lower) || isInnerStop(stop) { return true }
        if PennAbbreviations.capitalised.contains(lower), word.unicodeScalars.first?.isCapital ?? false { return true }
        return PennAbbreviations.beforeNumber.contains(lower) && self[next]?.isDigit ?? false
    }

    /// The end of C++, C#, US$ or an e-mail address.
    private func special(at start: Int, _ end: Int) -> Int? {
        let word = string(start, end)
        if word.lowercased() == "c", self[end] == "+", self[end + 1] == "+" { return end + 2 }
        if ["c", "f"].contains(word.lowercased()), self[end] == "#" { return end + 1 }
        if self[end] == "$", Self.dollars.contains(word) { return end + 1 }
        guard self[end] == "@" || self[end] == "." else { return nil }
        func isPart(_ scalar: Unicode.Scalar) -> Bool { scalar.isWordPart || scalar == "." || scalar == "_" || scalar == "-" }
        let name = self.end(from: start, while: isPart)
        guard self[name] == "@", self[name + 1]?.isWordPart ?? false else { return nil }
        var host = self.end(from: name + 1, while: isPart)
        while self[host - 1] == "." || self[host - 1] == "-" { host -= 1 }
        return host
    }
}
