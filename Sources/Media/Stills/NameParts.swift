/// Position of a number in a name.
struct NameColumn {
    let word: Int
    let run: Int
}

/// A name, split at everything except letters and digits.
struct NameParts {
    let words: [NameWord]
    /// True if a separator follows the last word.
    private let hasTail: Bool

    /// - Parameter joinsFractions: true to treat `0.5` as one number.
    private init(_ stem: String, joinsFractions: Bool) {
        let signs = Array(stem)
        let points = joinsFractions ? Set(signs.indices.filter { isPoint($0, in: signs) }) : []
        func isPart(_ index: Int) -> Bool { signs[index].isLetter || isDigit(signs[index]) || points.contains(index) }
        words = signs.indices.split { !isPart($0) }.map { NameWord(signs[$0.startIndex..<$0.endIndex]) }
        hasTail = signs.indices.last.map { !isPart($0) } ?? true
    }

    /// Splits the names, treating fractions as one number if the names have any.
    static func parts(of stems: [String]) -> [NameParts] {
        let split = stems.map { NameParts($0, joinsFractions: false) }
        guard stems.count > 1, stems.contains(where: { $0.contains(".") }) else { return split }
        let joined = stems.map { NameParts($0, joinsFractions: true) }
        let columns = columns(joined).filter { column in
            joined.contains { $0[column].contains(".") } && Set(joined.map { $0[column] }).count > 1
        }
        let areFractions = !columns.isEmpty && columns.allSatisfy { column in
            Self.areFractions(joined.map { $0[column] }, isAlone: joined[0].words[column.word].isNumber)
        }
        return areFractions ? joined : split
    }

    /// Positions of numbers that all names share, between the same letters.
    static func columns(_ names: [NameParts]) -> [NameColumn] {
        guard let first = names.first, names.allSatisfy({ $0.words.count == first.words.count }) else { return [] }
        return first.words.enumerated().flatMap { word, parts in
            let isShared = names.allSatisfy { $0.words[word].skeleton == parts.skeleton }
            return isShared ? parts.numbers.indices.map { NameColumn(word: word, run: $0) } : []
        }
    }

    /// The digits at a position.
    subscript(column: NameColumn) -> String { words[column.word].numbers[column.run] }

    /// True if a number, rather than a hash, ends the name.
    var endsInNumber: Bool { !hasTail && words.last.map { $0.endsInNumber && !$0.isHash } ?? false }

    func isAtEnd(_ column: NameColumn) -> Bool {
        !hasTail && column.word == words.count - 1 && words[column.word].endsInNumber
            && column.run == words[column.word].numbers.count - 1
    }

    /// True if numbers with points are fractions rather than two counters, such as shot and frame.
    /// - Parameter isAlone: true if no letters are adjacent.
    private static func areFractions(_ values: [String], isAlone: Bool) -> Bool {
        let parts = values.map { $0.split(separator: ".") }
        let fractions = parts.filter { $0.count > 1 }.map { $0[1] }
        let haveOneLength = Set(fractions.map(\.count)).count == 1
        // A counter continues from 9 to 10, while fractions have no trailing zeros.
        if !haveOneLength, fractions.contains(where: { $0.count > 1 && $0.last == "0" }) { return false }
        if fractions.count < values.count || Set(parts.map { $0[0] }).count > 1 { return true }
        return isAlone && (!haveOneLength || parts[0][0] == "0" && fractions[0].count <= 3)
    }
}

/// Adjacent letters and digits.
struct NameWord {
    /// The word with a placeholder for each number.
    let skeleton: String
    let numbers: [String]
    let endsInNumber: Bool
    /// True if letters and digits alternate as in a hexadecimal hash.
    let isHash: Bool

    fileprivate init(_ word: ArraySlice<Character>) {
        var skeleton = "", numbers: [String] = [], wasDigit = false, changes = 0
        for character in word {
            let isNow = isDigit(character) || character == "."
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

/// True if the character is a decimal point: between digits, and not one of several points as in dates.
private func isPoint(_ index: Int, in signs: [Character]) -> Bool {
    guard signs[index] == "." else { return false }
    let before = signs[..<index].reversed().prefix(while: isDigit).count
    let after = signs[(index + 1)...].prefix(while: isDigit).count
    guard before > 0, after > 0 else { return false }
    func isChained(_ point: Int, _ digit: Int) -> Bool {
        signs.indices.contains(digit) && signs.indices.contains(point) && signs[point] == "." && isDigit(signs[digit])
    }
    return !isChained(index - before - 1, index - before - 2) && !isChained(index + after + 1, index + after + 2)
}

private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
