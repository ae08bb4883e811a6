/// Means over regions, as the benchmark's authors print them.
package struct DLCScores: Equatable, Sendable, Encodable {
    package let positive: Double
    /// Mean over the regions that have negative questions; nil if none has.
    package let negative: Double?
    package let regions: Int

    /// Mean of the two; of positive questions alone where there are no negative ones.
    package var average: Double { negative.map { (positive + $0) / 2 } ?? positive }

    /// - Returns: nil for no region.
    package init?(_ results: some Collection<DLCRegionResult>) {
        self.init(results.map { ($0.positiveScore, $0.negativeScore) })
    }

    /// - Parameter scores: positive and negative score of each region.
    init?(_ scores: [(positive: Double, negative: Double?)]) {
        guard !scores.isEmpty else { return nil }
        regions = scores.count
        // Sums go from left to right, as Python's did.
        positive = scores.reduce(0) { $0 + $1.positive } / Double(regions)
        let negatives = scores.compactMap(\.negative)
        negative = negatives.isEmpty ? nil : negatives.reduce(0, +) / Double(negatives.count)
    }

    enum CodingKeys: String, CodingKey { case positive, negative, average, regions }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(positive, forKey: .positive)
        try values.encode(negative, forKey: .negative)
        try values.encode(average, forKey: .average)
        try values.encode(regions, forKey: .regions)
    }
}
