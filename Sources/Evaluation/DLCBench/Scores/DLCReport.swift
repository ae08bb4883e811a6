/// Scores of a benchmark's captions with confidence intervals and breakdowns.
package struct DLCReport: Encodable, Sendable {
    /// Lower and upper end of a 95 % interval.
    package struct Interval: Encodable, Equatable, Sendable {
        package let low, high: Double

        init(_ range: ClosedRange<Double>) { (low, high) = (range.lowerBound, range.upperBound) }
    }

    /// Points of a group of questions.
    package struct Tally: Encodable, Equatable, Sendable {
        package let questions: Int
        package let mean: Double

        init?(_ answers: [DLCAnswer]) {
            guard !answers.isEmpty else { return nil }
            questions = answers.count
            mean = answers.reduce(0) { $0 + $1.points } / Double(questions)
        }
    }

    /// An answer that matches none of the choices.
    package struct Unread: Encodable, Equatable, Sendable {
        package let region: String
        /// Nil for the recognition question.
        package let question: Int?
        package let answer: String
    }

    /// Comparison with another set of answers.
    package struct Comparison: Encodable, Equatable, Sendable {
        package let cache: String
        /// Number of regions in both.
        package let regions: Int
        package let average: Double
        package let otherAverage: Double
        package let difference: Double
        package let interval: Interval?

        enum CodingKeys: String, CodingKey {
            case cache, regions, average, difference, interval
            case otherAverage = "other_average"
        }
    }

    package let wording: String
    package let judge: String?
    /// True if the judge sees the region as well as the caption.
    package let judgeSeesPictures: Bool
    package let scores: DLCScores
    /// Intervals by score: positive, negative and average.
    package let intervals: [String: Interval]
    package let recognised: Int
    package let overQuestions: [String: Tally]
    package let bySize, byFrequency, byClass: [String: DLCScores]
    package let bySubtype, byAttribute: [String: Tally]
    /// Number of answers by the rule that parsed them.
    package let rules: [String: Int]
    package let unread: [Unread]
    /// Regions with the default caption.
    package let missingCaptions: [String]
    package var against: Comparison?

    enum CodingKeys: String, CodingKey {
        case wording, judge, scores, intervals, recognised, rules, unread, against
        case overQuestions = "over_questions", bySize = "by_size", byFrequency = "by_frequency", byClass = "by_class"
        case bySubtype = "by_subtype", byAttribute = "by_attribute", missingCaptions = "missing_captions"
        case judgeSeesPictures = "judge_sees_pictures"
    }

    /// - Returns: nil without regions.
    package init?(
        _ results: [DLCRegionResult], annotations: DLCAnnotations?, wording: JudgeWording, judge: String?, missing: [String],
        bootstrap: Bootstrap, seesPictures: Bool = false
    ) {
        judgeSeesPictures = seesPictures
        guard let scores = DLCScores(results) else { return nil }
        (self.scores, self.wording, self.judge, missingCaptions) = (scores, wording.name, judge, missing)
        let names = ["positive", "negative", "average"]
        let ranges = bootstrap.intervals(of: results.count) { places in
            let drawn = DLCScores(places.map { (results[$0].positiveScore, results[$0].negativeScore) })
            return [drawn?.positive, drawn?.negative, drawn?.average]
        }
        intervals = Dictionary(uniqueKeysWithValues: zip(names, ranges).compactMap { name, range in
            range.map { (name, Interval($0)) }
        })
        recognised = results.count { $0.isRecognised }
        let answers = results.flatMap(\.answers), facts = Dictionary(
            (annotations?.regions ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        overQuestions = Self.tallies(answers) { $0.question.kind.rawValue }
        bySubtype = Self.tallies(answers) { $0.question.subtype }
        byAttribute = Self.tallies(answers) { $0.question.attribute }
        bySize = Self.groups(results) { facts[$0.key]?.size }
        byFrequency = Self.groups(results) { facts[$0.key]?.frequency }
        byClass = Self.groups(results) { $0.name }
        let all = results.flatMap { result in ([result.recognition] + result.answers).map { (result.key, $0) } }
        rules = all.reduce(into: [:]) { $0["\($1.1.reading.rule.rawValue)", default: 0] += 1 }
        unread = all.filter { $0.1.reading.choice == nil }.map {
            Unread(region: $0.0, question: $0.1.number, answer: $0.1.response)
        }
    }

    /// True if an answer to a recognition question could not be parsed.
    package var hasUnreadRecognition: Bool { unread.contains { $0.question == nil } }

    private static func tallies(_ answers: [DLCAnswer], _ group: (DLCAnswer) -> String?) -> [String: Tally] {
        Dictionary(grouping: answers, by: group).reduce(into: [:]) { result, pair in
            if let name = pair.key { result[name] = Tally(pair.value) }
        }
    }

    private static func groups(
        _ results: [DLCRegionResult], _ group: (DLCRegionResult) -> String?
    ) -> [String: DLCScores] {
        Dictionary(grouping: results, by: group).reduce(into: [:]) { result, pair in
            if let name = pair.key { result[name] = DLCScores(pair.value) }
        }
    }
}
