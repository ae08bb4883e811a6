/// Bootstrap confidence intervals: means over regions resampled with replacement.
package struct Bootstrap: Sendable {
    /// Number of samples: more give steadier interval ends (to a thousandth at this number) and take longer.
    private static let samples = 10_000
    /// Share of the samples within an interval.
    private static let share = 0.95

    package let seed: UInt64

    package init(seed: UInt64 = 0) { self.seed = seed }

    /// Intervals of scores over a sample of regions.
    /// - Parameters:
    ///   - count: number of regions.
    ///   - figures: returns the scores over the regions with these indices, always the same number of scores; nil for one without
    ///     value.
    package func intervals(of count: Int, _ figures: ([Int]) -> [Double?]) -> [ClosedRange<Double>?] {
        guard count > 0 else { return [] }
        var generator = SplitMix64(state: seed), places = [Int](repeating: 0, count: count), drawn: [[Double]] = []
        for _ in 0..<Self.samples {
            for index in places.indices { places[index] = Int(generator.next() % UInt64(count)) }
            let values = figures(places)
            if drawn.isEmpty { drawn = values.map { _ in [] } }
            for (number, value) in values.enumerated() { if let value { drawn[number].append(value) } }
        }
        return drawn.map { values in
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted(), tail = (1 - Self.share) / 2 * Double(sorted.count - 1)
            return sorted[Int(tail)]...sorted[sorted.count - 1 - Int(tail)]
        }
    }
}

/// Random numbers that are equal on all machines. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
/// (OOPSLA 2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
