import Imaging
import Masks

/// Choice of `ScoreLevels`.
package enum ScoreLevelConstants {
    /// Score below which a detection shows nothing, where scores are likelihoods of 0...1: as ByteTrack has it.
    static let floor = 0.1
    /// Steps of the scores in which the support is compared, and detections of a step at least.
    static let steps = 20
    static let fewest = 40
    /// Share of the best supported step's support from which detections are sure, and from which they count at all. Higher loses
    /// objects that are seen badly, lower begins tracks on clutter.
    static let sure = 0.85
    static let possible = 0.5
    /// Share of the score that one in ten exceeds from which likelihoods are sure: what is unlikely all the time is something else that
    /// looks alike, however well it is confirmed.
    static let likely = 0.4
    /// The same for what stays at its place: every frame shows the same, so that time confirms nothing, and a post that looks somewhat
    /// like a person does so all the time. Higher loses parked cars that are seen badly.
    static let convincing = 0.7
    /// Share of the detections that are sure at least: what most of them are cannot be clutter.
    static let leastSure = 0.5
}

/// Levels of the scores of one source, on whatever scale it has, by evidence: a score is worth what detections with it are confirmed
/// by others at the same place shortly before and after.
struct ScoreLevels: Sendable, Equatable {
    private typealias Constant = ScoreLevelConstants

    /// Below it a detection shows nothing.
    private(set) var low = -Double.infinity
    /// From it a detection is sure: it may begin a track.
    private(set) var high = -Double.infinity
    /// From it the detections of something that stays at its place are sure.
    private(set) var convincing = -Double.infinity
    /// Scores in ascending order, at equal shares of the detections.
    private var scale: [Double] = []

    /// - Parameters:
    ///   - scores: of detections without duplicates.
    ///   - support: of each, 0...1 (`DetectionSupport`); nil where no frame is near.
    ///   - areLikelihoods: true if the source's scores are, or may be, likelihoods of 0...1.
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

    /// Mean support from each score on to the next; never falling, for a surer detection is confirmed as well as a less sure one at
    /// least: steps that fall are made one (isotonic regression).
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

    /// Place of a score among all, 0...1; 1 for a detection without one.
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
