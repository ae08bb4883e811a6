import Imaging

/// A box that a head proposes, in the pixels of the model's input.
struct ScoredBox {
    let box: Rectangle
    let label: Int
    let score: Float
    /// Weights of the prototypes its mask is made of; empty for none.
    var coefficients: [Float] = []
}

extension [ScoredBox] {
    /// Most boxes that are compared with each other: the time grows with their square.
    private static var mostCompared: Int { 4096 }

    /// The boxes that overlap none of the same label and a better score, the best first (non-maximum suppression).
    /// - Parameter overlap: intersection over union from above which two boxes are one object.
    func suppressed(overlap: Double) -> [ScoredBox] {
        let candidates = enumerated().sorted { first, second in
            first.element.score != second.element.score
                ? first.element.score > second.element.score : first.offset < second.offset
        }.prefix(Self.mostCompared).map(\.element)
        var kept: [Int: [Rectangle]] = [:]
        return candidates.filter { candidate in
            guard kept[candidate.label, default: []].allSatisfy({ $0.overlap(with: candidate.box) <= overlap }) else { return false }
            kept[candidate.label, default: []].append(candidate.box)
            return true
        }
    }
}
