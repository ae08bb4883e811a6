import Evaluation
import Imaging

/// Scores of a record's captions that need no model.
struct TextFigures {
    /// Synonyms by class.
    let synonyms: [String: [String]]

    /// - Parameter path: JSON with a list of names by class; nil for none.
    init(synonyms path: String?) throws {
        guard let path else {
            synonyms = [:]
            return
        }
        let members = try JSONPlace(file: path, expected: "lists of names by class").members()
        synonyms = Dictionary(
            try members.map { ($0.key.lowercased(), try $0.value.array().map { try $0.string() }) }, uniquingKeysWith: { first,
                _ in first })
    }

    /// The record with its scores.
    func scored(_ record: Record) throws -> Record {
        var record = record
        let captions = try record.captions()
        guard let first = captions.first else { return record }
        let text = CaptionText(first.text), broken = TextRules.broken(by: first)
        if let sum = first.logprob, let tokens = first.tokens, tokens > 0 {
            record.add(figures: ["mean_logprob": Caption.rounded(sum / Double(tokens))])
        }
        if let least = first.leastLogprob { record.add(figures: ["min_logprob": Caption.rounded(least)]) }
        if captions.count > 1 { record.add(figures: ["consistency": Caption.rounded(Self.consistency(captions))]) }
        if let label = record.label {
            let names = [record.part ?? label] + (synonyms[label.lowercased()] ?? [])
            record.set("scores", "keyword", .bool(names.contains(where: text.mentions)))
        }
        record.set("scores", "words", .number(text.words.count))
        record.set("scores", "sentences", .number(text.sentences.count))
        record.set("scores", "text_rules", .number(broken.count))
        record.set("text_rules", .array(broken.map { .string($0) }))
        return record
    }

    /// Mean agreement over pairs of samples.
    static func consistency(_ captions: [Caption]) -> Double {
        let contents = captions.map { CaptionText($0.text).content }
        var sum = 0.0, pairs = 0
        for one in contents.indices {
            for other in contents.indices.dropFirst(one + 1) {
                sum += CaptionText.agreement(contents[one], contents[other])
                pairs += 1
            }
        }
        return pairs == 0 ? 1 : sum / Double(pairs)
    }
}
