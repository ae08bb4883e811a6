/// A sentence behind the question that tells the model a track's label. The published program asks without.
enum LabelHint {
    /// The sentence, as documents record it.
    static let template = "The object is labelled \"\(place)\"."

    private static let place = "{label}"
    /// Characters of a label that are told: more is no name.
    private static let longest = 80

    /// A question about a track with this label; without a label that says something, as it is.
    static func question(_ query: String, label: String?) -> String {
        guard let label = label.flatMap(words) else { return query }
        return query + " " + template.split(separator: place, omittingEmptySubsequences: false).joined(separator: label)
    }

    /// A label on one line, without marks that mean something to the tokenizer or end the quotation; nil if nothing is left.
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
