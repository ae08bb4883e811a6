import Imaging

/// A multiple-choice question about a caption, as `qa.json` and judge caches have it.
package struct DLCQuestion: Equatable, Sendable {
    package enum Kind: String, Sendable { case recognition, positive, negative }

    package struct Choice: Equatable, Sendable {
        package let text: String
        /// Points as the file has them: Python tells whole numbers from others.
        let score: OrderedJSON
        /// Points; for recognition 1 is "correct" and 0 "incorrect".
        package let points: Double
    }

    /// Letters of the choices: the published program knows no more.
    package static let letters = ["a", "b", "c", "d", "e"]

    package let kind: Kind
    package let subtype: String?
    package let question: String
    package let choices: [Choice]
    /// The question's own keys, in the file's order.
    let keys: OrderedObject

    /// Question and choices as the judge is shown them.
    package var text: String {
        let lines = zip(Self.letters, choices).map { "\($0.uppercased()). \($1.text)" }
        return PythonText.stripped(([question] + lines).joined(separator: "\n"))
    }

    /// Attribute that a positive question asks for: the words before "of" in the choice that is right.
    package var attribute: String? {
        guard kind == .positive, let right = choices.first(where: { $0.points == 1 })?.text,
            let end = right.firstRange(of: " of ")?.lowerBound
        else { return nil }
        let words = right[..<end].lowercased()
        return words.hasPrefix("the ") ? String(words.dropFirst(4)) : words
    }

    /// - Throws: `InputError` if it is not such a question.
    init(_ json: JSONPlace) throws {
        keys = try json.object()
        question = try json["question"].string()
        let kind = try json["type"]
        guard let known = Kind(rawValue: try kind.string()) else {
            throw kind.wrong(expected: "\"positive\" or \"negative\"")
        }
        self.kind = known
        subtype = try json.optional("subtype")?.string()
        let choices = try json["choices"]
        self.choices = try choices.array().map { choice in
            let parts = try choice.array()
            guard parts.count == 2 else { throw choice.wrong(expected: "a text and its points") }
            return Choice(text: try parts[0].string(), score: parts[1].value, points: try Self.points(parts[1], known))
        }
        guard (1...Self.letters.count).contains(self.choices.count) else {
            throw InputError(
                .invalid, choices.place, found: "\(self.choices.count) choices", expected: "1 to \(Self.letters.count)")
        }
    }

    /// - Throws: `InputError` if the text is not such a question in JSON.
    package init(json: String) throws { try self.init(JSONPlace(OrderedJSON(Array(json.utf8), path: "question"), at: "question")) }

    /// The question whether the caption's object is what it should be.
    init(recognition question: String) {
        kind = .recognition
        subtype = nil
        self.question = question
        choices = [("Yes", "correct", 1.0), ("No", "incorrect", 0)].map { Choice(text: $0, score: .string($1), points: $2) }
        keys = [
            "question": .string(question),
            "choices": .array(choices.map { .array([.string($0.text), $0.score]) }),
            "type": .string(Kind.recognition.rawValue),
        ]
    }

    private static func points(_ json: JSONPlace, _ kind: Kind) throws -> Double {
        guard kind == .recognition else { return try json.number() }
        switch try json.string() {
        case "correct": return 1
        case "incorrect": return 0
        default: throw json.wrong(expected: "\"correct\" or \"incorrect\"")
        }
    }
}

extension OrderedObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, OrderedJSON)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
