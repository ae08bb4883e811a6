import Imaging

/// A judge cache, `NAME_eval.json`: each region's caption, questions, prompts, answers and scores.
package struct DLCCache: Sendable {
    package struct Entry: Sendable {
        package let key: String
        package let caption: String
        let recognition: DLCQuestion
        let questions: [DLCQuestion]
        /// Prompts, that of the recognition question first, as in the answers.
        let prompts: [String]
        let responses: [String]
        /// False for questions without numbers, as in caches of a judge that sees images.
        let isNumbered: Bool

        /// The question of a prompt by index.
        func question(_ place: Int) -> DLCQuestion { place == 0 ? recognition : questions[place - 1] }
    }

    package let path: String
    /// In the file's order.
    package let entries: [Entry]
    /// All keys of the file.
    let object: OrderedObject
    private let places: [String: Int]

    /// Creates an empty cache.
    package init(newAt path: String) {
        (self.path, entries, object, places) = (path, [], [:], [:])
    }

    /// - Throws: `InputError` for a missing or invalid file.
    package init(path: String) throws {
        self.path = path
        let file = try JSONPlace(file: path, expected: "a judge cache")
        object = try file.object()
        entries = try file.members().compactMap { key, json in
            guard case .object(let members) = json.value, members["response"] != nil else { return nil }
            return try Self.entry(key, json)
        }
        guard !entries.isEmpty else {
            throw InputError(.invalid, path, found: "no region with answers", expected: "a judge cache (NAME_eval.json)")
        }
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.key, $0) })
    }

    package func entry(_ key: String) -> Entry? { places[key].map { entries[$0] } }

    private static func entry(_ key: String, _ json: JSONPlace) throws -> Entry {
        let recognition = try json["details_recognition"]
        guard let first = try recognition.array().first, try recognition.array().count == 1 else {
            throw recognition.wrong(expected: "one question")
        }
        let details = try ["details_positives", "details_negatives"].flatMap { try json[$0].array() }
        let isNumbered = try details.contains { try $0.optional("question_index") != nil }
        let questions = try details.enumerated()
            .map { (number: try isNumbered ? $1["question_index"].integer() : $0, question: try question($1)) }
            .sorted { $0.number < $1.number }
        guard questions.map(\.number) == Array(questions.indices) else {
            throw InputError(
                .invalid, json.place, found: "questions \(questions.map(\.number))", expected: "each of 0..<\(questions.count) once")
        }
        guard questions.contains(where: { $0.question.kind == .positive }) else {
            throw InputError(.invalid, json.place, found: "no positive question", expected: "one or more")
        }
        let texts = try ["prompt", "response"].map { list in
            let texts = try json[list].array().map { try $0.string() }
            guard texts.count == 1 + questions.count else {
                throw InputError(
                    .invalid, try json[list].place, found: "\(texts.count) texts", expected: "\(1 + questions.count), one a question")
            }
            return texts
        }
        return Entry(
            key: key, caption: try json["pred"].string(), recognition: try question(first),
            questions: questions.map(\.question), prompts: texts[0], responses: texts[1], isNumbered: isNumbered)
    }

    /// Reads a question, ignoring its results.
    private static func question(_ json: JSONPlace) throws -> DLCQuestion {
        let results: Set = ["pred_answer", "pred_index", "question_index", "eval_result"]
        var keys = OrderedObject()
        for (key, value) in try json.members() where !results.contains(key) { keys[key] = value.value }
        return try DLCQuestion(JSONPlace(.object(keys), at: json.place))
    }
}
