import Imaging

extension DLCReport.Comparison {
    /// Compares two sets of answers on the regions they share.
    /// - Throws: `InputError` if they share none.
    package init(
        _ results: [DLCRegionResult], with others: [DLCRegionResult], cache path: String, bootstrap: Bootstrap
    ) throws {
        let known = Dictionary(uniqueKeysWithValues: others.map { ($0.key, $0) })
        let pairs = results.compactMap { result in known[result.key].map { (result, $0) } }
        func average(_ results: [DLCRegionResult]) -> Double? { DLCScores(results)?.average }
        guard let first = average(pairs.map(\.0)), let second = average(pairs.map(\.1)) else {
            throw InputError(.invalid, path, found: "no region of these", expected: "answers about the same regions")
        }
        let range = bootstrap.intervals(of: pairs.count) { places in
            guard let one = average(places.map { pairs[$0].0 }), let other = average(places.map { pairs[$0].1 }) else { return [nil] }
            return [one - other]
        }.first ?? nil
        self.init(
            cache: path, regions: pairs.count, average: first, otherAverage: second, difference: first - second,
            interval: range.map(DLCReport.Interval.init))
    }
}

extension DLCCache {
    /// Scores of the cache's own captions and answers, computed again.
    package var results: [DLCRegionResult] {
        entries.map { entry in
            DLCRegionResult(
                key: entry.key, name: nil, caption: entry.caption, recognition: entry.recognition, questions: entry.questions,
                prompts: entry.prompts, responses: entry.responses)
        }
    }
}
