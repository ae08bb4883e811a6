import Evaluation
import Files
import Imaging

/// Adds shorter forms of captions: a sentence, a phrase, a keyword.
package struct ShortenStep {
    static let keys: Set<String> = ["lengths"]
    /// Member of `lengths` that marks those made by rule because the service's answer could not be used.
    static let unusable = "unusable_answer"

    /// A service that shortens; nil to shorten by rule.
    private let service: (endpoint: ChatEndpoint, chat: ChatRun.Settings)?

    package init(_ service: (endpoint: ChatEndpoint, chat: ChatRun.Settings)? = nil) throws {
        try service?.chat.validate()
        self.service = service
    }

    /// - Parameter told: called with the events of the service's run.
    package func run(
        _ records: RecordFiles, _ target: StepTarget, progress told: (ChatRun.Progress) throws -> Void = { _ in }
    ) throws -> StepResult {
        guard let service else {
            let step = StepRun(step: "shorten", options: ["by": .string("rule")], keys: Self.keys)
            return try step(records, target) { try shortened($0, nil) }
        }
        let step = StepRun(
            step: "shorten", options: ["by": .string(service.endpoint.model), "wording": .string(ContentDigest.of(ShorteningPrompt.rules))],
            keys: Self.keys, savesEach: true)
        return try step(records, target) { places, output, progress in
            // Dropped records are not sent.
            let asked = try places.filter { try Self.isAsked(records.record($0)) }
            var answers = OrderedAnswers(asked.count), next = places.startIndex
            func put(upTo end: Int?, _ answer: Result<[ChatAnswer], InputError>?) throws {
                while next < places.endIndex, places[next] != end { try put(places[next], nil) }
                if let end { try put(end, answer) }
            }
            func put(_ place: Int, _ answer: Result<[ChatAnswer], InputError>?) throws {
                let record = try records.record(place)
                next += 1
                switch answer {
                case .failure(let error)?: output.fail(record.id, error)
                case .success(let answers)?: try output.put(shortened(record, answers[0].text))
                case nil: try output.put(shortened(record, nil))
                }
                progress.advance()
            }
            func hand() throws {
                while let (place, answer) = answers.next() { try put(upTo: asked[place], answer) }
            }
            try ChatJournal(target.path, endpoint: service.endpoint, settings: service.chat).answer(
                asked.map { try question(records.record($0)) }, take: { answers.put($1, at: $0); try hand() },
                fail: { answers.fail($1, at: $0); try hand() }, progress: { try told($0); try progress.check() })
            try put(upTo: nil, nil)
        }
    }

    private static func isAsked(_ record: Record) throws -> Bool { try record.isKept && record.caption != nil }

    private func question(_ record: Record) throws -> ChatQuestion {
        let caption = try record.caption ?? "", words = ShorteningPrompt.words(caption)
        return ChatQuestion(
            name: AnswerJournal.Question(key: record.id, place: 0, prompt: words),
            message: { ChatMessage([.text(words)]) }, isReadable: { ShorteningPrompt.lengths($0, of: caption, label: record.label) != nil })
    }

    /// The record with its lengths; an unusable answer is replaced by the rule's.
    private func shortened(_ record: Record, _ answer: String?) throws -> Record {
        guard record.isKept, let caption = try record.caption else { return record }
        let usable = answer.flatMap { ShorteningPrompt.lengths($0, of: caption, label: record.label) }
        var record = record, lengths = (usable ?? CaptionLengths(byRule: caption, label: record.keyword)).json
        if answer != nil, usable == nil { lengths[Self.unusable] = .bool(true) }
        record.set("lengths", .object(lengths))
        return record
    }
}

/// A caption at four lengths.
struct CaptionLengths: Equatable {
    let detailed: String
    let sentence: String
    let phrase: String
    let keyword: String

    var json: OrderedObject {
        [
            "detailed": .string(detailed), "sentence": .string(sentence), "phrase": .string(phrase), "keyword": .string(keyword),
        ]
    }

    init(detailed: String, sentence: String, phrase: String, keyword: String) {
        (self.detailed, self.sentence, self.phrase, self.keyword) = (detailed, sentence, phrase, keyword)
    }

    /// Words that end a sentence's subject.
    private static let breaks: Set<String> = [
        "is", "are", "was", "were", "has", "have", "had", "can", "that", "which", "who", "and", "features", "feature", "stands", "stand",
        "sits", "sit", "lies", "lie", "shows", "show", "appears", "appear", "seems", "moves", "move", "walks", "walk", "drives", "drive",
        "runs", "run", "rests", "hangs", "flies", "enters", "enter", "leaves", "leave", "stays", "stay", "crosses", "turns", "comes",
        "goes", "wears", "holds", "carries", "remains", "looks", "rolls", "passes", "stops", "speeds",
    ]

    /// The first sentence; its subject up to the first verb-like word or comma; the class, otherwise the subject's last word.
    init(byRule caption: String, label: String?) {
        let first = CaptionText(caption).sentences.first ?? caption
        var subject: [Substring] = []
        for word in first.split(separator: " ") {
            let plain = word.lowercased().filter { $0.isLetter || $0 == "-" }
            if Self.breaks.contains(plain), !subject.isEmpty { break }
            subject.append(word)
            if word.last.map({ ",;:.".contains($0) }) ?? false { break }
        }
        let marks: Set<Character> = [",", ";", ":", ".", "!", "?"]
        var phrase = subject.joined(separator: " ")
        while let last = phrase.last, marks.contains(last) { phrase.removeLast() }
        let words = phrase.split(separator: " ")
        self.init(
            detailed: caption, sentence: first, phrase: phrase, keyword: label ?? words.last.map { $0.lowercased() } ?? phrase)
    }
}

/// The request for three shorter forms of a caption, and its answer.
enum ShorteningPrompt {
    static let rules = """
        Shorten this description of an object to three lengths: one sentence, a noun phrase of a few words, and the name of the object \
        alone. Use only what the description says. Answer with JSON: {"sentence": "...", "phrase": "...", "keyword": "..."}
        """

    static func words(_ caption: String) -> String { "\(rules)\nDescription: \(caption)" }

    /// The lengths in an answer; nil if they do not decrease, or have content words that the caption lacks.
    static func lengths(_ answer: String, of caption: String, label: String?) -> CaptionLengths? {
        guard let start = answer.firstIndex(of: "{"), let end = answer.lastIndex(of: "}"), start < end,
            let json = try? JSONPlace(OrderedJSON(Array(answer[start...end].utf8), path: "answer"), at: "answer"),
            let sentence = try? json["sentence"].string(), let phrase = try? json["phrase"].string(),
            let keyword = try? json["keyword"].string()
        else { return nil }
        let counts = [caption, sentence, phrase, keyword].map { CaptionText($0).words.count }
        guard counts[1] <= counts[0], counts[2] < counts[1] || counts[1] == 1, counts[3] <= counts[2], counts[3] > 0 else { return nil }
        let known = CaptionText(caption).content.union(CaptionText(label ?? "").content)
        guard [sentence, phrase, keyword].allSatisfy({ CaptionText($0).content.isSubset(of: known) }) else { return nil }
        return CaptionLengths(detailed: caption, sentence: sentence, phrase: phrase, keyword: keyword)
    }
}
