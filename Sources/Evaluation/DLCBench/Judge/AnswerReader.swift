/// Parses which choice a judge's answer means, by the first applicable rule of the published program.
package struct AnswerReader: Sendable {
    /// The rule that parsed an answer, by its number in the documentation.
    package enum Rule: Int, Sendable, Encodable {
        /// The answer is the choice, "x. choice" or "x".
        case same = 1
        /// The answer contains exactly one choice.
        case containsOne
        /// The answer begins with a letter and a full stop.
        case letterAndStop
        /// The answer contains several choices: the one whose first occurrence is last; of equals, the longest.
        case containsSeveral
        /// The answer is part of several choices: the longest.
        case partOfChoice
        /// The answer begins with a letter and a line break.
        case letterAndBreak
        /// No rule applies; the published program fails for an empty answer and a letter beyond the choices.
        case none
    }

    package struct Reading: Equatable, Sendable {
        /// Index of the choice; nil for `Rule.none`.
        package let choice: Int?
        package let rule: Rule
    }

    private static let letters = DLCQuestion.letters.map { Array($0.unicodeScalars)[0] }
    private let choices: [[Unicode.Scalar]]

    package init(_ question: DLCQuestion) {
        choices = question.choices.map { PythonText.folded($0.text) }
    }

    package func callAsFunction(_ text: String) -> Reading {
        let answer = PythonText.folded(text)
        let result = choice(answer)
        guard let choice = result.choice, choice < choices.count else { return Reading(choice: nil, rule: .none) }
        return Reading(choice: choice, rule: result.rule)
    }

    /// The choice meant, which may lie beyond the question's.
    private func choice(_ answer: [Unicode.Scalar]) -> Reading {
        for (place, letter) in zip(choices.indices, Self.letters) {
            let choice = choices[place]
            if answer == choice || answer == [letter] || answer == [letter, ".", " "] + choice {
                return Reading(choice: place, rule: .same)
            }
        }
        let contained = choices.indices.compactMap { place in
            answer.firstPlace(of: choices[place]).map { (choice: place, start: $0) }
        }
        if contained.count == 1 { return Reading(choice: contained[0].choice, rule: .containsOne) }
        guard let first = answer.first else { return Reading(choice: nil, rule: .none) }
        let letter = Self.letters.firstIndex(of: first), second = answer.dropFirst().first
        if letter != nil, second == nil { return Reading(choice: nil, rule: .none) }
        if let letter, second == "." { return Reading(choice: letter, rule: .letterAndStop) }
        if let last = contained.map(\.start).max() {
            return Reading(choice: longest(contained.filter { $0.start == last }.map(\.choice)), rule: .containsSeveral)
        }
        if let choice = longest(choices.indices.filter { choices[$0].firstPlace(of: answer) != nil }) {
            return Reading(choice: choice, rule: .partOfChoice)
        }
        if let letter, second == "\n" { return Reading(choice: letter, rule: .letterAndBreak) }
        return Reading(choice: nil, rule: .none)
    }

    /// The first of the longest choices.
    private func longest(_ places: [Int]) -> Int? {
        guard let length = places.map({ choices[$0].count }).max() else { return nil }
        return places.first { choices[$0].count == length }
    }
}
