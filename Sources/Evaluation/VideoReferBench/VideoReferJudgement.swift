import Files
import Foundation
import Imaging

/// Descriptions of objects in clips, their references and a judge's scores, in a file of the benchmark's format: a list of
/// records with `pred`, `Answer`, the judge's answer `gpt`, and the four scores by name.
package struct VideoReferJudgement: Sendable {
    private static let answerKey = "gpt"
    private static let promptKey = "prompt"

    /// A description and the judge's answer.
    struct Item: Sendable {
        let id: String
        let caption: String
        let reference: String
        /// The record's own members.
        let record: OrderedObject
        var answer: String?
    }

    /// Path of the file of answers.
    package let path: String
    private let wording: VideoReferWording
    private var items: [Item]
    /// Wordings of the existing answers.
    private var wordings: Set<String> = []
    /// Number of answers in the file to other captions or prompts.
    private var replaced = 0

    /// - Parameters:
    ///   - captions: records, or a caption by id.
    ///   - references: references by id; nil to use those in the records.
    ///   - cache: file for the answers; nil for `NAME_eval.json` next to the captions.
    /// - Throws: `InputError` for missing or invalid files, and for a record without caption or reference.
    package init(captions path: String, references: String?, cache: String?, wording: VideoReferWording = .own) throws {
        self.wording = wording
        self.path = cache ?? Self.cachePath(of: path)
        items = try Self.items(path, references)
        guard !items.isEmpty else { throw InputError(.invalid, path, found: "no record", expected: "some") }
        for item in items where item.answer != nil {
            wordings.insert(item.record[Self.promptKey] == .string(prompt(item)) ? wording.name : "of \(path)")
        }
        if FileStatus(self.path) != nil { try takeAnswers(of: CaptionRecord.read(self.path)) }
        takeAnswers(of: try AnswerJournal.content(AnswerJournal.path(of: self.path)))
    }

    private static func cachePath(of captions: String) -> String {
        let ending = [".jsonl", ".json"].first { captions.hasSuffix($0) } ?? ""
        return captions.dropLast(ending.count) + "_eval.json"
    }

    private static func items(_ path: String, _ references: String?) throws -> [Item] {
        let given = try references.map { try TextReport.references($0) }
        return try TextReport.records(path).map { record in
            let texts = given?[record.id] ?? record.references
            guard let caption = record.caption else {
                throw InputError(.invalid, record.json.place, found: "no \"pred\"", expected: "a caption for each record")
            }
            guard let reference = texts.first, texts.count == 1 else {
                throw InputError(
                    .invalid, references ?? record.json.place, found: "\(texts.count) references for \(record.id)",
                    expected: "one: \"Answer\" in the record, or --references")
            }
            var own: OrderedObject = ["id": .string(record.id), "Answer": .string(reference), "pred": .string(caption)]
            if case .object(let members) = record.json.value { own = members.overlaid(by: own) }
            return Item(id: record.id, caption: caption, reference: reference, record: own, answer: try Self.answer(record))
        }
    }

    private static func answer(_ record: CaptionRecord) throws -> String? {
        guard case .object = record.json.value else { return nil }
        return try record.json.optional(answerKey)?.string()
    }

    /// Takes over stored answers to the same prompts.
    private mutating func takeAnswers(of records: [CaptionRecord]) throws {
        let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1.id, $0) })
        for record in records {
            guard let answer = try Self.answer(record) else { continue }
            guard let place = places[record.id], try record.json.optional(Self.promptKey)?.string() == prompt(items[place]) else {
                replaced += 1
                continue
            }
            if items[place].answer == nil {
                items[place].answer = answer
                wordings.insert(wording.name)
            }
        }
    }

    private mutating func takeAnswers(of content: AnswerJournal.Content) {
        for place in items.indices where items[place].answer == nil {
            guard let answers = content.answers[name(items[place])], let last = answers.last?.text else { continue }
            guard answers.count > 1 || Self.isReadable(last) else { continue }
            items[place].answer = last
            wordings.insert(wording.name)
        }
    }

    private static func isReadable(_ answer: String) -> Bool { !VideoReferDimension.scores(in: answer).isEmpty }

    private func name(_ item: Item) -> AnswerJournal.Question {
        AnswerJournal.Question(key: item.id, place: 0, prompt: prompt(item))
    }

    /// The complete prompt about an item.
    private func prompt(_ item: Item) -> String {
        wording.system + "\n" + wording.prompt(reference: item.reference, caption: item.caption)
    }

    /// Number of records without an answer.
    package var missing: Int { items.count { $0.answer == nil } }

    /// Asks a judge the open questions and writes the answers, also if the run ends early.
    /// - Parameter progress: called on this thread; an error it throws ends the run.
    /// - Throws: `InputError`, and what `progress` throws.
    package mutating func ask(
        _ endpoint: ChatEndpoint, settings: ChatRun.Settings, overwrites: Bool, progress: (ChatRun.Progress) throws -> Void
    ) throws {
        try settings.validate()
        let journalPath = AnswerJournal.path(of: path), content = try AnswerJournal.content(journalPath)
        if let judge = content.judge, judge != endpoint.model {
            throw InputError(.usage, journalPath, found: "answers of \(judge)", expected: "\(endpoint.model)'s, or another --cache")
        }
        let places = items.indices.filter { items[$0].answer == nil }
        guard !places.isEmpty || content.judge != nil else { return }
        guard overwrites || replaced == 0 else {
            throw InputError(
                .outputExists, path, found: "\(replaced) answers to other captions or in other words",
                expected: "another --cache, or --overwrite to replace them")
        }
        try OutputFile.check(path, overwrites: true)
        let claim = try OutputClaim(path)
        defer { withExtendedLifetime(claim) {} }
        wordings.insert(wording.name)
        let questions = places.map { place in
            let system = wording.system, prompt = wording.prompt(reference: items[place].reference, caption: items[place].caption)
            return ChatQuestion(
                name: name(items[place]), message: { ChatMessage(system: system, [.text(prompt)]) }, isReadable: Self.isReadable,
                wasUnread: content.answers[name(items[place])] != nil)
        }
        let journal = AnswerJournal(journalPath, judge: endpoint.model, after: content)
        do {
            try ChatRun(endpoint, settings: settings).answer(
                questions, journal: journal, take: { items[places[$0]].answer = $1.text }, progress: progress)
        } catch {
            if missing < items.count { try? write() }
            throw error
        }
        try write()
        AnswerJournal.remove(journalPath)
    }

    private func write() throws {
        let records = items.map { item in
            guard let answer = item.answer else { return OrderedJSON.object(item.record) }
            var result: OrderedObject = [Self.answerKey: .string(answer)]
            if item.record[Self.answerKey] == nil { result[Self.promptKey] = .string(prompt(item)) }
            let scores = VideoReferDimension.scores(in: answer)
            for dimension in VideoReferDimension.allCases { result[dimension.rawValue] = scores[dimension].map(Self.number) }
            return .object(item.record.overlaid(by: result))
        }
        try OutputFile.write(PythonJSON.data(.array(records)), to: path, replaces: true)
    }

    private static func number(_ score: Double) -> OrderedJSON { Int(exactly: score).map { .number($0) } ?? .number(score) }

    /// Mean scores.
    /// - Throws: `InputError` that names the first unanswered record.
    package func report(judge: String?, bootstrap: Bootstrap) throws -> VideoReferReport {
        guard let first = items.first(where: { $0.answer == nil }) else {
            let answers = items.map { (id: $0.id, text: $0.answer ?? "") }
            return VideoReferReport(
                answers, wording: wordings.sorted().joined(separator: ", "), judge: judge, bootstrap: bootstrap)
        }
        throw InputError(
            .invalid, path, found: "no answer about record \(first.id) (\(missing) answers are missing)",
            expected: "all, to these captions in these words, or a judge by --judge-url")
    }
}

extension OrderedObject {
    /// Members of both objects; the other's values take precedence.
    func overlaid(by other: OrderedObject) -> OrderedObject {
        other.members.reduce(into: self) { $0[$1.key] = $1.value }
    }
}
