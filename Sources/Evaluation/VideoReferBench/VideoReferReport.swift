/// Mean scores of VideoRefer-Bench-D.
package struct VideoReferReport: Encodable, Sendable {
    /// The mean of a dimension.
    package struct Score: Encodable, Sendable {
        /// Nil if no answer has a score.
        package let mean: Double?
        /// Number of answers with a score; others are skipped, as in the published program.
        package let answers: Int
        package internal(set) var interval: DLCReport.Interval?
    }

    /// An answer without a score in some dimension.
    package struct Unread: Encodable, Sendable {
        package let id: String
        package let missing: [String]
        package let answer: String
    }

    package let wording: String
    package let judge: String?
    package let records: Int
    /// Keyed by the dimension's name.
    package private(set) var scores: [String: Score] = [:]
    /// Mean of the four means; nil if one is missing.
    package let average: Double?
    package let averageInterval: DLCReport.Interval?
    package let unread: [Unread]

    enum CodingKeys: String, CodingKey {
        case wording, judge, records, scores, average, unread
        case averageInterval = "average_interval"
    }

    /// - Parameter answers: a judge's answers, one per record, with the record's id.
    init(_ answers: [(id: String, text: String)], wording: String, judge: String?, bootstrap: Bootstrap) {
        (self.wording, self.judge, records) = (wording, judge, answers.count)
        let dimensions = VideoReferDimension.allCases
        let read = answers.map { answer in
            let scores = VideoReferDimension.scores(in: answer.text)
            return dimensions.map { scores[$0] }
        }
        func means(_ places: some Sequence<Int>) -> [Double?] {
            let means = dimensions.indices.map { dimension -> Double? in
                let values = places.compactMap { read[$0][dimension] }
                return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
            }
            let known = means.compactMap { $0 }
            return means + [known.count == means.count ? known.reduce(0, +) / Double(means.count) : nil]
        }
        let all = means(read.indices), ranges = bootstrap.intervals(of: read.count) { means($0) }
        for (place, dimension) in dimensions.enumerated() {
            scores[dimension.rawValue] = Score(
                mean: all[place], answers: read.count { $0[place] != nil }, interval: ranges[place].map(DLCReport.Interval.init))
        }
        average = all[dimensions.count]
        averageInterval = ranges[dimensions.count].map(DLCReport.Interval.init)
        unread = zip(answers, read).compactMap { answer, scores in
            let missing = zip(dimensions, scores).filter { $1 == nil }.map(\.0.rawValue)
            return missing.isEmpty ? nil : Unread(id: answer.id, missing: missing, answer: answer.text)
        }
    }
}
