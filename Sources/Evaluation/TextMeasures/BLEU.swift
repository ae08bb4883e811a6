import Foundation

/// BLEU of a corpus. Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation" (ACL 2002), with
/// the length of the closest reference and pycocoevalcap's smoothing terms.
enum BLEU {
    /// pycocoevalcap's terms against division by zero.
    private static let small = 1e-9, tiny = 1e-15

    /// Scores with n-grams of up to 1, 2, 3 and 4 words.
    static func scores(_ pairs: [CaptionMeasures.Pair]) -> [Double] {
        var found = [Int](repeating: 0, count: NGrams.longest), offered = found, length = 0.0, expected = 0.0
        for pair in pairs {
            length += Double(pair.caption.count)
            expected += referenceLength(pair, isAlone: pairs.count == 1)
            let references = pair.references.map(NGrams.counts)
            for (place, counts) in NGrams.counts(pair.caption).enumerated() {
                offered[place] += max(0, pair.caption.count - place)
                found[place] += counts.reduce(0) { sum, gram in
                    sum + min(gram.value, references.map { $0[place][gram.key] ?? 0 }.max() ?? 0)
                }
            }
        }
        let ratio = (length + tiny) / (expected + small), penalty = ratio < 1 ? exp(1 - 1 / ratio) : 1
        var product = 1.0
        return found.indices.map { place in
            product *= (Double(found[place]) + tiny) / (Double(offered[place]) + small)
            return pow(product, 1 / Double(place + 1)) * penalty
        }
    }

    /// The length of the reference closest to the caption's, the shorter of equals; for a single caption the references' mean.
    private static func referenceLength(_ pair: CaptionMeasures.Pair, isAlone: Bool) -> Double {
        let lengths = pair.references.map(\.count)
        if isAlone { return Double(lengths.reduce(0, +)) / Double(lengths.count) }
        let closest = lengths.min { (abs($0 - pair.caption.count), $0) < (abs($1 - pair.caption.count), $1) }
        return Double(closest ?? 0)
    }
}
