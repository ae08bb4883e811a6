/// The numbers that order a series of files, found by comparing their names: the numbers must be the only difference.
package struct NameNumbers {
    /// The digits of each name's number, in the given order; nil if names differ in several numbers or a fraction, as with times.
    package let digits: [String]?
    /// True if the numbers end each name.
    package let areAtEnd: Bool
    /// Each name's rank by its numbers, compared from left to right; equal for names with the same numbers.
    package let places: [Int]

    /// - Parameter stems: names without folders and extensions.
    /// - Returns: nil if the names have no number in common.
    package init?(_ stems: [String]) {
        let names = NameParts.parts(of: stems)
        let columns = names.count > 1 ? Self.telling(names) : []
        if let last = columns.last {
            let keys = names.map { name in columns.map { NameNumber(name[$0]) } }
            places = Self.places(keys) { $0.lexicographicallyPrecedes($1) }
            areAtEnd = names.allSatisfy { $0.isAtEnd(last) }
            digits = Self.single(names, columns, places)
            return
        }
        if names.count == 1, !names[0].endsInNumber, let word = names[0].words.lastIndex(where: \.isNumber) {
            (digits, areAtEnd) = ([names[0].words[word].numbers[0]], false)
        } else if !names.isEmpty, names.allSatisfy(\.endsInNumber) {
            (digits, areAtEnd) = (names.map { $0.words.last?.numbers.last ?? "" }, true)
        } else {
            return nil
        }
        places = Self.places((digits ?? []).map(NameNumber.init), by: <)
    }

    /// The positions at which the names' numbers differ, from left to right; empty if they do not distinguish names that do not
    /// end in one. A word whose letters differ, such as a hash, has no numbers.
    private static func telling(_ names: [NameParts]) -> [NameColumn] {
        var columns: [NameColumn] = [], seen: Set<[NameNumber]> = []
        for column in NameParts.columns(names) {
            let values = names.map { NameNumber($0[column]) }
            // A number repeated within each name counts once.
            if Set(values).count > 1, seen.insert(values).inserted { columns.append(column) }
        }
        guard let last = columns.last else { return [] }
        let areUnique = Set(names.map { name in columns.map { NameNumber(name[$0]) } }).count == names.count
        return areUnique || names.allSatisfy { $0.isAtEnd(last) } ? columns : []
    }

    /// The digits of the only number, or of the only one that is not a time if the others imply the same order.
    private static func single(_ names: [NameParts], _ columns: [NameColumn], _ places: [Int]) -> [String]? {
        // A frame number has at most ten digits.
        let small = columns.filter { column in names.allSatisfy { NameNumber($0[column]).digitCount <= 10 } }
        let candidates = columns.count == 1 ? columns : small
        guard candidates.count == 1 else { return nil }
        let digits = names.map { $0[candidates[0]] }
        guard !digits.contains(where: { $0.contains(".") }) else { return nil }
        return self.places(digits.map(NameNumber.init), by: <) == places ? digits : nil
    }

    private static func places<Key: Hashable>(_ keys: [Key], by precedes: (Key, Key) -> Bool) -> [Int] {
        let ordered = Set(keys).sorted(by: precedes)
        let place = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })
        return keys.map { place[$0] ?? 0 }
    }
}

/// A number of any length in a name, optionally with a fraction.
private struct NameNumber: Comparable, Hashable {
    /// Digits without leading zeros.
    private let whole: Substring
    /// Digits without trailing zeros.
    private let fraction: Substring

    /// - Parameter text: digits, with at most one point.
    init(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        whole = parts[0].drop { $0 == "0" }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        self.fraction = fraction
    }

    /// Number of digits in the integer part.
    var digitCount: Int { whole.utf8.count }

    static func < (one: NameNumber, other: NameNumber) -> Bool {
        (one.digitCount, one.whole, one.fraction) < (other.digitCount, other.whole, other.fraction)
    }
}
