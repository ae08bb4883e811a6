/// The numbers that order a series of files, found by comparing their names: where the names differ and nothing else does.
package struct NameNumbers {
    /// The digits of each name, in the order given.
    package let digits: [String]
    /// Whether the digits end each name.
    package let areAtEnd: Bool

    /// - Parameter stems: names without folders and endings.
    /// - Returns: nil when the names have no number in common.
    package init?(_ stems: [String]) {
        let names = stems.map(NameParts.init)
        var column = names.count > 1 ? Self.telling(names) : nil
        if names.count == 1, !names[0].endsInNumber, let word = names[0].words.lastIndex(where: \.isNumber) {
            column = Column(word: word, run: 0)
        }
        if let column {
            digits = names.map { $0.words[column.word].numbers[column.run] }
            areAtEnd = names.allSatisfy { $0.isAtEnd(column) }
        } else if !names.isEmpty, names.allSatisfy(\.endsInNumber) {
            digits = names.map { $0.words.last?.numbers.last ?? "" }
            areAtEnd = true
        } else {
            return nil
        }
    }

    /// The place at which the names' numbers differ: at the end, or the only one at which no two are alike. A word whose
    /// letters differ, such as a hash, has no numbers.
    private static func telling(_ names: [NameParts]) -> Column? {
        let first = names[0]
        guard names.allSatisfy({ $0.words.count == first.words.count }) else { return nil }
        var places: [(column: Column, rank: Int)] = []
        for (word, parts) in first.words.enumerated()
        where names.allSatisfy({ $0.words[word].skeleton == parts.skeleton }) {
            for run in parts.numbers.indices {
                let column = Column(word: word, run: run), isAtEnd = names.allSatisfy { $0.isAtEnd(column) }
                let values = names.map { $0.words[word].numbers[run].drop { $0 == "0" } }
                let isUnique = Set(values).count == values.count
                guard isUnique || isAtEnd && Set(values).count > 1 else { continue }
                // Ten digits are as many as a frame's number can have.
                let isSmall = values.allSatisfy { $0.count <= 10 }
                places.append((column, (isUnique ? 4 : 0) + (isSmall ? 2 : 0) + (isAtEnd ? 1 : 0)))
            }
        }
        let best = places.map(\.rank).max(), chosen = places.filter { $0.rank == best }
        return chosen.count == 1 ? chosen[0].column : nil
    }
}

/// A number's place in a name.
private struct Column {
    let word: Int
    let run: Int
}

/// A name, cut at everything but letters and digits.
private struct NameParts {
    let words: [Word]
    /// Whether a sign follows the last word.
    private let hasTail: Bool

    init(_ stem: String) {
        words = stem.split { !$0.isLetter && !isDigit($0) }.map(Word.init)
        hasTail = stem.last.map { !$0.isLetter && !isDigit($0) } ?? true
    }

    /// Whether a number, and not a hash, ends the name.
    var endsInNumber: Bool { !hasTail && words.last.map { $0.endsInNumber && !$0.isHash } ?? false }

    func isAtEnd(_ column: Column) -> Bool {
        !hasTail && column.word == words.count - 1 && words[column.word].endsInNumber
            && column.run == words[column.word].numbers.count - 1
    }
}

/// Letters and digits without anything between them.
private struct Word {
    /// The word with one sign for each number.
    let skeleton: String
    let numbers: [String]
    let endsInNumber: Bool
    /// Whether letters and digits alternate as in a hexadecimal hash.
    let isHash: Bool

    init(_ word: Substring) {
        var skeleton = "", numbers: [String] = [], wasDigit = false, changes = 0
        for character in word {
            let isNow = isDigit(character)
            if !skeleton.isEmpty, isNow != wasDigit { changes += 1 }
            if !isNow {
                skeleton.append(character)
            } else if wasDigit {
                numbers[numbers.count - 1].append(character)
            } else {
                numbers.append(String(character))
                skeleton.append("#")
            }
            wasDigit = isNow
        }
        (self.skeleton, self.numbers, endsInNumber) = (skeleton, numbers, wasDigit)
        isHash = changes >= 3 && word.count >= 7 && word.allSatisfy(\.isHexDigit)
    }

    var isNumber: Bool { skeleton == "#" }
}

private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
