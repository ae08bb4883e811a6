/// HOTA and its components, each the mean over the localisation thresholds 0.05, 0.10 ... 0.95.
///
/// Source: Luiten et al., HOTA: A Higher Order Metric for Evaluating Multi-object Tracking, arXiv 2009.07736, sections 5 and 6;
/// matching as in TrackEval, by similarity times the tracks' alignment over the clip.
struct HigherOrderAccuracy {
    private(set) var hota = 0.0
    private(set) var detA = 0.0
    private(set) var detRe = 0.0
    private(set) var detPr = 0.0
    private(set) var assA = 0.0
    private(set) var assRe = 0.0
    private(set) var assPr = 0.0
    /// 1 if nothing matches.
    private(set) var locA = 0.0

    /// Computed like NumPy's, because the last bit decides whether an overlap reaches a threshold.
    private static let thresholds = (0..<19).map { 0.05 + Double($0) * 0.05 }

    private struct Pair: Hashable, Comparable {
        let truth: Int
        let found: Int

        static func < (left: Pair, right: Pair) -> Bool { (left.truth, left.found) < (right.truth, right.found) }
    }

    init(_ table: OverlapTable) {
        guard !table.isOneSided else {
            locA = 1
            return
        }
        // In a fixed order, so that sums are reproducible.
        let matches = Self.matches(table).sorted { $0.key < $1.key }
        for threshold in Self.thresholds { add(threshold - .ulpOfOne, matches, table) }
    }

    /// Adds the values at one threshold.
    private mutating func add(_ threshold: Double, _ matches: [(key: Pair, value: [Double])], _ table: OverlapTable) {
        var hits = 0.0, overlap = 0.0, accuracy = 0.0, recall = 0.0, precision = 0.0
        for (pair, overlaps) in matches {
            let close = overlaps.filter { $0 >= threshold }, count = Double(close.count)
            let truth = Double(table.truthLengths[pair.truth]), found = Double(table.foundLengths[pair.found])
            hits += count
            overlap += close.reduce(0, +)
            accuracy += count * count / (truth + found - count)
            recall += count * count / truth
            precision += count * count / found
        }
        let truth = Double(table.truthDetections), found = Double(table.foundDetections)
        let weight = 1 / Double(Self.thresholds.count), each = weight / max(1, hits)
        let detection = hits / (truth + found - hits)
        hota += weight * (detection * accuracy / max(1, hits)).squareRoot()
        detA += weight * detection
        detRe += weight * hits / truth
        detPr += weight * hits / found
        assA += each * accuracy
        assRe += each * recall
        assPr += each * precision
        locA += hits > 0 ? each * overlap : weight
    }

    /// Similarities of each pair of tracks in the frames where they were matched.
    private static func matches(_ table: OverlapTable) -> [Pair: [Double]] {
        let alignment = alignment(table)
        var matches: [Pair: [Double]] = [:]
        for frame in table.frames {
            var costs: [Double] = []
            costs.reserveCapacity(frame.values.count)
            for (row, truth) in frame.truth.enumerated() {
                for (column, found) in frame.found.enumerated() {
                    costs.append(-(alignment[Pair(truth: truth, found: found)] ?? 0) * frame[row, column])
                }
            }
            for (row, column) in Assignment.pairs(costs: costs, columns: frame.found.count, limit: 0) {
                matches[Pair(truth: frame.truth[row], found: frame.found[column]), default: []].append(frame[row, column])
            }
        }
        return matches
    }

    /// Jaccard index of pairs of tracks over the clip, before matching: in each frame, a pair counts with its share of all
    /// overlaps of either object.
    private static func alignment(_ table: OverlapTable) -> [Pair: Double] {
        var shared: [Pair: Double] = [:]
        for frame in table.frames {
            var rowSums = [Double](repeating: 0, count: frame.truth.count)
            var columnSums = [Double](repeating: 0, count: frame.found.count)
            for row in rowSums.indices {
                for column in columnSums.indices {
                    rowSums[row] += frame[row, column]
                    columnSums[column] += frame[row, column]
                }
            }
            for (row, truth) in frame.truth.enumerated() {
                for (column, found) in frame.found.enumerated() where frame[row, column] > 0 {
                    let all = rowSums[row] + columnSums[column] - frame[row, column]
                    guard all > .ulpOfOne else { continue }
                    shared[Pair(truth: truth, found: found), default: 0] += frame[row, column] / all
                }
            }
        }
        for (pair, value) in shared {
            shared[pair] = value / (Double(table.truthLengths[pair.truth] + table.foundLengths[pair.found]) - value)
        }
        return shared
    }
}
