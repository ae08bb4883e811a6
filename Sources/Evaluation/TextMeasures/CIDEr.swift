import Foundation

/// CIDEr-D: similarity of n-grams weighted by their rarity in the references. Source: Vedantam et al., "CIDEr: consensus-based
/// image description evaluation" (CVPR 2015); document frequencies are taken from these references.
struct CIDEr {
    /// Standard deviation of the length penalty, in bigrams, as in pycocoevalcap.
    private static let sigma = 6.0

    /// Number of images with an n-gram in a reference.
    private let documents: [ArraySlice<String>: Int]
    private let logCount: Double

    init(_ pairs: [CaptionMeasures.Pair]) {
        var documents: [ArraySlice<String>: Int] = [:]
        for pair in pairs {
            let grams = Set(pair.references.flatMap { NGrams.counts($0).flatMap(\.keys) })
            for gram in grams { documents[gram, default: 0] += 1 }
        }
        self.documents = documents
        logCount = log(Double(pairs.count))
    }

    func score(_ pairs: [CaptionMeasures.Pair]) -> Double {
        pairs.reduce(0) { sum, pair in
            let caption = Vector(pair.caption, self)
            let scores = pair.references.map { similarity(caption, Vector($0, self)) }
            return sum + 10 * scores.reduce(0, +) / Double(scores.count)
        } / Double(pairs.count)
    }

    /// Weights of a text's n-grams; index 0 holds unigrams.
    private struct Vector {
        var weights: [[ArraySlice<String>: Double]]
        var norms: [Double]
        /// Number of bigrams.
        var length: Double

        init(_ words: [String], _ measure: CIDEr) {
            weights = NGrams.counts(words).map { counts in
                Dictionary(uniqueKeysWithValues: counts.map { gram, count in
                    (gram, Double(count) * (measure.logCount - log(Double(max(1, measure.documents[gram] ?? 0)))))
                })
            }
            norms = weights.map { $0.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            length = Double(max(0, words.count - 1))
        }
    }

    private func similarity(_ caption: Vector, _ reference: Vector) -> Double {
        let difference = caption.length - reference.length
        let penalty = exp(-difference * difference / (2 * Self.sigma * Self.sigma))
        let sum = caption.weights.indices.reduce(0.0) { sum, place in
            let product = caption.weights[place].reduce(0.0) { product, gram in
                let other = reference.weights[place][gram.key] ?? 0
                return product + min(gram.value, other) * other
            }
            let norms = caption.norms[place] * reference.norms[place]
            return sum + (norms == 0 ? product : product / norms) * penalty
        }
        return sum / Double(NGrams.longest)
    }
}
