import Imaging
import Masks

/// Parameters of `ScoreLevels`.
package enum ScoreLevelConstants {
    /// Score below which a detection is meaningless if scores are probabilities, as in ByteTrack.
    static let floor = 0.1
    /// Number of score bins in which support is compared, and minimum number of detections per bin.
    static let steps = 20
    static let fewest = 40
    /// Fractions of the best bin's support at which detections are high-score, and at which they count at all. Higher loses
    /// poorly visible objects, lower starts tracks on clutter.
    static let sure = 0.85
    static let possible = 0.5
    /// Fraction of the 90th percentile of scores above which probabilities are high: an object that is improbable all the time
    /// is something else that looks similar, however well confirmed.
    static let likely = 0.4
    /// The same for stationary objects: every frame shows the same, so repetition confirms nothing, and a post that resembles a
    /// person does so all the time. Higher loses poorly visible parked cars.
    static let convincing = 0.7
    /// Lower bound on the fraction of high-score detections: the majority cannot be clutter.
    static let leastSure = 0.5
}

/// Score thresholds of one source, on any scale, derived from evidence: how well detections of each score are confirmed by
/// others at the same position shortly before and after.
struct ScoreLevels: Sendable, Equatable {
    private typealias Constant = ScoreLevelConstants

    /// Threshold below which a detection is meaningless.
    private(set) var low = -Double.infinity
    /// Threshold of high scores, which may start a track.
    private(set) var high = -Double.infinity
    /// The same threshold for detections of stationary objects.
    private(set) var convincing = -Double.infinity
    /// Quantiles of the scores, ascending.
    private var scale: [Double] = []

    /// - Parameters:
    ///   - scores: scores of the detections without duplicates.
    ///   - support: support of each, 0...1 (`DetectionSupport`); nil if there are no nearby frames.
    ///   - areLikelihoods: true if the source's scores are, or may be, probabilities.
    init(_ scores: [Double], support: [Double?], areLikelihoods: Bool) {
        let sorted = scores.sorted()
        guard let least = sorted.first, let most = sorted.last, most > least else { return }
        scale = (0...100).map { sorted[(sorted.count - 1) * $0 / 100] }
        if areLikelihoods {
            low = Constant.floor
            high = max(low, Constant.likely * scale[90])
            convincing = Constant.convincing * scale[90]
        }
        let known = zip(scores, support).compactMap { score, support in support.map { (score: score, support: $0) } }
        let levels = Self.ascending(known.sorted { $0.score < $1.score })
        guard let best = levels.last?.support, levels.count > 1 else { return }
        let sure = levels.first { $0.support >= Constant.sure * best }?.score ?? least
        let possible = levels.first { $0.support >= Constant.possible * best }?.score ?? least
        high = max(high, min(sure, sorted[Int(Double(sorted.count) * (1 - Constant.leastSure))]))
        low = max(low, min(possible, high))
        high = max(low, high)
    }

    /// Mean support from each score to the next, made non-decreasing by merging bins (isotonic regression), because a higher
    /// score is at least as well confirmed as a lower one.
    private static func ascending(_ known: [(score: Double, support: Double)]) -> [(score: Double, support: Double)] {
        let size = max(Constant.fewest, (known.count + Constant.steps - 1) / Constant.steps)
        var levels: [(score: Double, support: Double, count: Double)] = []
        for start in stride(from: 0, to: known.count, by: size) where start == 0 || known.count - start >= size / 2 {
            let part = known[start..<min(known.count, start + size)], count = Double(part.count)
            levels.append((known[start].score, part.reduce(0) { $0 + $1.support } / count, count))
            while levels.count > 1, levels[levels.count - 2].support >= levels[levels.count - 1].support {
                let last = levels.removeLast(), before = levels.removeLast(), count = before.count + last.count
                levels.append((before.score, (before.support * before.count + last.support * last.count) / count, count))
            }
        }
        return levels.map { ($0.score, $0.support) }
    }

    /// Rank of a score among all, 0...1; 1 for a detection without a score.
    func rank(of score: Double?) -> Double {
        guard let score, scale.count > 1 else { return 1 }
        var low = 0, high = scale.count - 1
        while low < high {
            let middle = (low + high) / 2
            if scale[middle] >= score { high = middle } else { low = middle + 1 }
        }
        return Double(low) / Double(scale.count - 1)
    }

    func isHigh(_ score: Double?) -> Bool { score.map { $0 >= high } ?? true }

    func isLow(_ score: Double?) -> Bool { score.map { $0 >= low } ?? true }
}
