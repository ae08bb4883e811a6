/// A sentence after the question that tells the model a track's label. The published program has no such sentence.
enum LabelHint {
    /// The sentence, as documents record it.
    static let template = "The object is labelled \"\(place)\"."

    private static let place = "{label}"
    /// Upper bound on a label's characters: anything longer is not a name.
    private static let longest = 80

    /// Adds a label to a question; leaves it unchanged without a meaningful label.
    static func question(_ query: String, label: String?) -> String {
        guard let label = label.flatMap(words) else { return query }
        return query + " " + template.split(separator: place, omittingEmptySubsequences: false).joined(separator: label)
    }

    /// A label on one line, without quotes and the tokenizer's special tokens; nil if nothing is left.
    private static func words(_ label: String) -> String? {
        let told = label.unicodeScalars.map { scalar in
            switch scalar {
            case "<", ">": " "
            case "\"": "'"
            case _ where scalar.properties.generalCategory == .control: " "
            default: String(scalar)
            }
        }.joined()
        let words = told.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(longest)
        return words.isEmpty ? nil : String(words)
    }
}
