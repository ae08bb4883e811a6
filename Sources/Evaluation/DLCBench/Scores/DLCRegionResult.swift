/// A judge's answer to one question, with its points.
package struct DLCAnswer: Sendable {
    package let question: DLCQuestion
    /// Index among the region's questions; nil for the recognition question.
    package let number: Int?
    package let prompt: String
    package let response: String
    package let reading: AnswerReader.Reading
    /// Points of the choice.
    package let ungated: Double
    /// Points that count, given the recognition.
    package let points: Double
    /// `points` as the published program writes them.
    let result: OrderedJSON

    init(_ question: DLCQuestion, number: Int?, prompt: String, response: String, isRecognised: Bool) {
        (self.question, self.number, self.prompt, self.response) = (question, number, prompt, response)
        reading = AnswerReader(question)(response)
        let choice = reading.choice.map { question.choices[$0] }
        ungated = choice?.points ?? 0
        // Python's min(0, points): the integer 0 unless the points are negative.
        let isLost = !isRecognised && ungated >= 0
        points = isLost ? 0 : ungated
        let none: OrderedJSON = question.kind == .recognition ? .string("incorrect") : .number(0)
        result = isLost ? .number(0) : choice?.score ?? none
    }

    /// The answer's entry in a cache's details.
    fileprivate var json: OrderedJSON {
        var keys = question.keys
        keys["pred_answer"] = .string(PythonText.stripped(response))
        keys["pred_index"] = reading.choice.map { .number($0) } ?? .null
        if let number { keys["question_index"] = .number(number) }
        keys["eval_result"] = result
        return .object(keys)
    }
}

/// A region's answers and scores.
package struct DLCRegionResult: Sendable {
    package let key: String
    package let name: String?
    package let caption: String
    package let recognition: DLCAnswer
    package let positives: [DLCAnswer]
    package let negatives: [DLCAnswer]
    package let score: Double
    package let positiveScore: Double
    /// Nil for a region without negative questions.
    package let negativeScore: Double?

    /// True if the caption is about the right object; otherwise all points are at most 0.
    package var isRecognised: Bool { recognition.points == 1 }
    /// Positive and negative questions.
    package var answers: [DLCAnswer] { positives + negatives }

    /// - Parameters:
    ///   - prompts, responses: one for the recognition question and one for each of `questions`.
    init(
        key: String, name: String?, caption: String, recognition: DLCQuestion, questions: [DLCQuestion], prompts: [String],
        responses: [String]
    ) {
        (self.key, self.name, self.caption) = (key, name, caption)
        let gate = DLCAnswer(recognition, number: nil, prompt: prompts[0], response: responses[0], isRecognised: true)
        let answers = questions.enumerated().map { place, question in
            DLCAnswer(
                question, number: place, prompt: prompts[place + 1], response: responses[place + 1],
                isRecognised: gate.points == 1)
        }
        self.recognition = gate
        positives = answers.filter { $0.question.kind == .positive }
        negatives = answers.filter { $0.question.kind == .negative }
        // Summed from left to right, as in Python.
        let sums = [positives, negatives].map { $0.reduce(0) { $0 + $1.points } }
        score = (sums[0] + sums[1]) / Double(answers.count)
        positiveScore = sums[0] / Double(positives.count)
        negativeScore = negatives.isEmpty ? nil : sums[1] / Double(negatives.count)
    }

    /// The region's entry in a cache.
    var json: OrderedJSON {
        let all = [recognition] + answers.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        return .object([
            "pred": .string(caption),
            "details_positives": .array(positives.map(\.json)),
            "details_negatives": .array(negatives.map(\.json)),
            "details_recognition": .array([recognition.json]),
            "prompt": .array(all.map { .string($0.prompt) }),
            "response": .array(all.map { .string($0.response) }),
            "score": .number(score),
            "score_pos": .number(positiveScore),
            "score_neg": negativeScore.map { .number($0) } ?? .null,
            "neg_valid_num": .number(negatives.count),
            "recognition_result": .bool(isRecognised),
        ])
    }
}
