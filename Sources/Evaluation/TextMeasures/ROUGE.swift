/// ROUGE-L: precision and recall of the longest common subsequence. Source: Lin, "ROUGE: a package for automatic evaluation
/// of summaries" (2004).
enum ROUGE {
    /// Weight of recall relative to precision, as in pycocoevalcap.
    private static let beta = 1.2

    static func score(_ pair: CaptionMeasures.Pair) -> Double {
        // A text without words counts as one empty word, as in pycocoevalcap.
        let caption = pair.caption.isEmpty ? [""] : pair.caption
        var precision = 0.0, recall = 0.0
        for words in pair.references {
            let reference = words.isEmpty ? [""] : words, common = Double(commonLength(caption, reference))
            precision = max(precision, common / Double(caption.count))
            recall = max(recall, common / Double(reference.count))
        }
        guard precision > 0, recall > 0 else { return 0 }
        return (1 + beta * beta) * precision * recall / (recall + beta * beta * precision)
    }

    /// Length of the longest common subsequence.
    private static func commonLength(_ first: [String], _ second: [String]) -> Int {
        var lengths = [Int](repeating: 0, count: second.count + 1)
        for word in first {
            var diagonal = 0
            for (place, other) in second.enumerated() {
                let above = lengths[place + 1]
                lengths[place + 1] = word == other ? diagonal + 1 : max(above, lengths[place])
                diagonal = above
            }
        }
        return lengths[second.count]
    }
}
