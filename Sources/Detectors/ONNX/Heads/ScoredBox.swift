import Imaging

/// A candidate box, in the pixels of the model's input.
struct ScoredBox {
    let box: Rectangle
    let label: Int
    let score: Float
    /// Mask coefficients; empty without masks.
    var coefficients: [Float] = []
}

extension [ScoredBox] {
    /// Upper bound on the boxes entering NMS, whose time is quadratic.
    private static var mostCompared: Int { 4096 }

    /// Non-maximum suppression: boxes that overlap no better one of the same label, best first.
    /// - Parameter overlap: IoU above which two boxes are the same object.
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
