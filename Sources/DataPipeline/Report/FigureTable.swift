import Evaluation

/// A score's distribution among kept and dropped records.
package struct FigureSummary {
    package let name: String
    package let all: Spread
    /// Edges of the bins: one more than bins.
    package let edges: [Double]
    package let kept: [Int]
    package let dropped: [Int]

    private static let bins = 20

    init?(_ name: String, _ values: [(value: Double, isKept: Bool)]) {
        guard let all = Spread(values.map(\.value)) else { return nil }
        (self.name, self.all) = (name, all)
        let width = (all.greatest - all.least) / Double(Self.bins)
        edges = (0...Self.bins).map { all.least + Double($0) * width }
        var counts = [[Int](repeating: 0, count: Self.bins), [Int](repeating: 0, count: Self.bins)]
        for entry in values {
            let bin = width > 0 ? min(Self.bins - 1, Int((entry.value - all.least) / width)) : 0
            counts[entry.isKept ? 0 : 1][bin] += 1
        }
        (kept, dropped) = (counts[0], counts[1])
    }

    var json: OrderedObject {
        [
            "name": .string(name), "spread": .object(all.json), "edges": .array(edges.map { .number(Caption.rounded($0)) }),
            "kept": .array(kept.map { .number($0) }), "dropped": .array(dropped.map { .number($0) }),
        ]
    }
}

/// Scores of records, by name.
struct FigureTable {
    private var names: [String] = []
    private var values: [String: [Int: (value: Double, isKept: Bool)]] = [:]
    private var count = 0

    mutating func add(_ record: Record) {
        for name in record.figureNames {
            guard let value = record.figure(name) else { continue }
            if values[name] == nil { names.append(name) }
            values[name, default: [:]][count] = (value, record.isKept)
        }
        count += 1
    }

    var summaries: [FigureSummary] { names.compactMap { name in FigureSummary(name, Array((values[name] ?? [:]).values)) } }

    /// Rank correlation of each pair of scores, over the records that have both.
    var agreements: [(one: String, other: String, value: Double)] {
        var result: [(String, String, Double)] = []
        for (place, one) in names.enumerated() {
            for other in names.dropFirst(place + 1) {
                let pairs = (values[one] ?? [:]).keys.sorted().compactMap { key -> (Double, Double)? in
                    guard let first = values[one]?[key], let second = values[other]?[key] else { return nil }
                    return (first.value, second.value)
                }
                if let value = RankCorrelation.of(pairs) { result.append((one, other, value)) }
            }
        }
        return result
    }
}

/// Spearman's rank correlation; ties share their mean rank.
enum RankCorrelation {
    /// - Returns: nil for fewer than three pairs, or if all values of one side are equal.
    static func of(_ pairs: [(Double, Double)]) -> Double? {
        guard pairs.count > 2 else { return nil }
        let one = ranks(pairs.map(\.0)), other = ranks(pairs.map(\.1)), middle = Double(pairs.count - 1) / 2
        var common = 0.0, first = 0.0, second = 0.0
        for (left, right) in zip(one, other) {
            common += (left - middle) * (right - middle)
            first += (left - middle) * (left - middle)
            second += (right - middle) * (right - middle)
        }
        return first > 0 && second > 0 ? common / (first * second).squareRoot() : nil
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count), start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
            start = end + 1
        }
        return ranks
    }
}
