import Foundation

/// The COCO measures of captions against reference captions, equal to pycocoevalcap: BLEU-1 to 4, ROUGE-L and CIDEr-D.
package struct CaptionMeasures: Encodable, Equatable, Sendable {
    /// BLEU-1 to BLEU-4.
    package let bleu: [Double]
    package let rougeL: Double
    /// CIDEr-D without a factor; published values are often multiplied by 100.
    package let cider: Double
    package let captions: Int

    enum CodingKeys: String, CodingKey {
        case bleu, cider, captions
        case rougeL = "rouge_l"
    }

    /// A caption and its references, tokenised.
    package struct Pair: Sendable {
        package let caption: [String]
        package let references: [[String]]

        /// - Parameter references: at least one.
        package init(caption: String, references: [String]) {
            self.caption = PennTreebankTokenizer.words(caption)
            self.references = references.map(PennTreebankTokenizer.words)
        }
    }

    /// - Returns: nil without pairs, or for a pair without references.
    package init?(_ pairs: [Pair]) {
        guard !pairs.isEmpty, pairs.allSatisfy({ !$0.references.isEmpty }) else { return nil }
        bleu = BLEU.scores(pairs)
        rougeL = pairs.reduce(0) { $0 + ROUGE.score($1) } / Double(pairs.count)
        cider = CIDEr(pairs).score(pairs)
        captions = pairs.count
    }
}

/// Sequences of 1 to 4 words.
enum NGrams {
    static let longest = 4

    /// Counts of a text's n-grams; index 0 holds unigrams.
    static func counts(_ words: [String]) -> [[ArraySlice<String>: Int]] {
        (1...longest).map { length in
            var counts: [ArraySlice<String>: Int] = [:]
            for start in 0..<max(0, words.count - length + 1) { counts[words[start..<start + length], default: 0] += 1 }
            return counts
        }
    }
}
