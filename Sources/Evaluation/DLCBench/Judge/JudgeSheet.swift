import Imaging

/// Questions for a judge, in order, with the existing answers.
package struct JudgeSheet: Sendable {
    /// A question by region and index; 0 is the recognition question.
    package struct Place: Hashable, Sendable {
        package let region: Int
        package let question: Int
    }

    struct Region: Sendable {
        let region: DLCBenchmark.Region
        let caption: String
        let recognition: DLCQuestion
        let prompts: [String]
        var responses: [String?]

        /// Answers and scores; nil while an answer is missing.
        var result: DLCRegionResult? {
            let known = responses.compactMap { $0 }
            guard known.count == responses.count else { return nil }
            return DLCRegionResult(
                key: region.key, name: region.name, caption: caption, recognition: recognition, questions: region.questions,
                prompts: prompts, responses: known)
        }
    }

    private(set) var regions: [Region]
    package let wording: JudgeWording

    /// - Parameters:
    ///   - cache: source of stored answers, which are used if their prompt equals the one that would be sent.
    ///   - trustsCache: true to match answers by position only, as the published program does.
    /// - Throws: `InputError` if the wording has no recognition question for a region.
    package init(
        _ benchmark: DLCBenchmark, captions: DLCCaptions, wording: JudgeWording, cache: DLCCache?, trustsCache: Bool = false
    ) throws {
        self.wording = wording
        regions = try benchmark.regions.map { region in
            let caption = captions.texts[region.key] ?? "", recognition = try wording.recognition(of: region)
            let prompts = ([recognition] + region.questions).map { wording.prompt(caption: caption, question: $0) }
            let entry = cache?.entry(region.key)
            let responses = prompts.enumerated().map { place, prompt -> String? in
                guard let entry else { return nil }
                if entry.prompts.indices.contains(place), trustsCache || entry.prompts[place] == prompt {
                    return entry.responses[place]
                }
                return trustsCache ? nil : entry.prompts.firstIndex(of: prompt).map { entry.responses[$0] }
            }
            return Region(region: region, caption: caption, recognition: recognition, prompts: prompts, responses: responses)
        }
    }

    /// Unanswered questions, in order.
    package var missing: [Place] {
        regions.enumerated().flatMap { number, region in
            region.responses.indices.filter { region.responses[$0] == nil }.map { Place(region: number, question: $0) }
        }
    }

    package func prompt(_ place: Place) -> String { regions[place.region].prompts[place.question] }

    func key(_ place: Place) -> String { regions[place.region].region.key }

    /// True unless it is an unreadable answer to a recognition question.
    func isReadable(_ response: String, at place: Place) -> Bool {
        place.question > 0 || AnswerReader(regions[place.region].recognition)(response).choice != nil
    }

    package mutating func put(_ response: String, at place: Place) { regions[place.region].responses[place.question] = response }

    /// Scores of the regions whose answers are complete.
    package var finished: [DLCRegionResult] { regions.compactMap(\.result) }

    /// Scores of all regions.
    /// - Throws: `InputError` that names the first unanswered question.
    package func results(source: String) throws -> [DLCRegionResult] {
        if let first = missing.first {
            let what = first.question == 0 ? "the recognition question" : "question \(first.question - 1)"
            throw InputError(
                .invalid, source, found: "no answer to \(what) of region \(key(first)) (\(missing.count) answers are missing)",
                expected: "all answers to these captions in these words, or a judge by --judge-url")
        }
        return finished
    }
}
