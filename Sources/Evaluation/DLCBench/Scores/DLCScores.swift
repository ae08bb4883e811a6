/// Means over regions, as printed by the benchmark's authors.
package struct DLCScores: Equatable, Sendable, Encodable {
    package let positive: Double
    /// Mean over the regions with negative questions; nil if there are none.
    package let negative: Double?
    package let regions: Int

    /// Mean of the two; of positive questions only if there are no negative ones.
    package var average: Double { negative.map { (positive + $0) / 2 } ?? positive }

    /// - Returns: nil without regions.
    package init?(_ results: some Collection<DLCRegionResult>) {
        self.init(results.map { ($0.positiveScore, $0.negativeScore) })
    }

    /// - Parameter scores: positive and negative score of each region.
    init?(_ scores: [(positive: Double, negative: Double?)]) {
        guard !scores.isEmpty else { return nil }
        regions = scores.count
        // Summed from left to right, as in Python.
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
