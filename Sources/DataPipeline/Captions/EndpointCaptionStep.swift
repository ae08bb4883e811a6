import Evaluation
import Files
import Imaging

/// Captions regions with a chat service with vision, which is told each region's class if known.
package struct EndpointCaptionStep {
    private let endpoint: ChatEndpoint
    private let chat: ChatRun.Settings
    private let media: RegionMedia
    private let prompts: RegionPrompts
    private let pictures: RegionPictures
    private let settings: CaptionStep.Settings
    private let identity: CaptionerIdentity

    /// - Parameter root: folder of the images and clips.
    package init(
        _ endpoint: ChatEndpoint, chat: ChatRun.Settings, root: MediaRoot, prompts: RegionPrompts, pictures: RegionPictures,
        settings: CaptionStep.Settings
    ) throws {
        try settings.validate()
        try chat.validate()
        (self.endpoint, self.chat, media, self.prompts) = (endpoint, chat, RegionMedia(root: root), prompts)
        (self.pictures, self.settings) = (pictures, settings)
        identity = CaptionerIdentity([
            "kind": .string("endpoint"), "model": .string(endpoint.model), "prompts_sha256": .string(prompts.digest),
            "pictures": .string(pictures.kind.rawValue), "fill": .string(pictures.fill.rawValue), "samples": .number(settings.samples),
            "temperature": .number(settings.temperature), "max_new_tokens": .number(settings.maxNewTokens),
        ], note: settings.note)
    }

    /// - Parameter progress: called with the run's events; an error it throws ends the run.
    /// - Throws: `InputError` if the service cannot be used; finished captions are kept.
    package func run(_ records: RecordFiles, _ target: StepTarget, progress told: (ChatRun.Progress) throws -> Void) throws -> StepResult {
        let step = StepRun(step: "caption", options: ["captioner": .object(identity.json)], keys: CaptionStep.keys, savesEach: true)
        return try step(records, target) { places, output, progress in
            let questions = try places.flatMap { place in try (0..<settings.samples).map { try question(records, place, sample: $0) } }
            var answers = OrderedAnswers(places.count, samples: settings.samples)
            func hand() throws {
                while let (place, outcome) = answers.next() {
                    let record = try records.record(places[place])
                    switch outcome {
                    case .success(let answers): try output.put(captioned(record, answers))
                    case .failure(let error): output.fail(record.id, error)
                    }
                    progress.advance(failed: (try? outcome.get()) == nil)
                }
            }
            try ChatJournal(target.path, endpoint: endpoint, settings: chat).answer(
                questions, take: { place, answer in
                    if PlainAnswer.stripped(answer.text).isEmpty {
                        answers.fail(endpoint.refusal("an empty answer, twice", expected: "a caption"), at: place)
                    } else {
                        answers.put(answer, at: place)
                    }
                    try hand()
                },
                fail: { answers.fail($1, at: $0); try hand() },
                progress: { try told($0); try progress.check() })
        }
    }

    private func question(_ records: RecordFiles, _ place: Int, sample: Int) throws -> ChatQuestion {
        let record = try records.record(place), words = prompts.words(record, pictures)
        let (media, pictures, settings, id) = (media, pictures, settings, record.id)
        return ChatQuestion(
            name: AnswerJournal.Question(key: id, place: sample, prompt: words),
            message: {
                let frames = try media.frames(of: records.record(place))
                let views = try frames.flatMap { try pictures.views($0.picture, $0.mask) }
                var message = ChatMessage(
                    try views.map { try RegionPicture.part($0) } + [.text(words)], maxTokens: settings.maxNewTokens)
                if sample > 0 { (message.temperature, message.seed) = (settings.temperature, CaptionStep.seed(id, sample)) }
                return message
            }, isReadable: { !PlainAnswer.stripped($0).isEmpty })
    }

    private func captioned(_ record: Record, _ answers: [ChatAnswer]) -> Record {
        var record = record
        let captions = answers.enumerated().map { sample, answer in
            Caption(
                text: PlainAnswer.stripped(answer.text), sample: sample, seed: sample == 0 ? nil : CaptionStep.seed(record.id, sample),
                tokens: answer.tokens, finishReason: answer.finishReason)
        }
        record.set("captions", .array(captions.map(\.json)))
        record.set("captioner", .object(identity.json))
        return record
    }
}

/// Extraction of a service's answer as plain text.
enum PlainAnswer {
    static func stripped(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isWhitespace)
        return lines.joined(separator: " ")
    }
}

/// Reorders answers that arrive in any order into the order of their questions.
struct OrderedAnswers {
    private var answers: [[ChatAnswer?]]
    private var errors: [Int: InputError] = [:]
    private let samples: Int
    private var handed = 0

    init(_ count: Int, samples: Int = 1) {
        self.samples = samples
        answers = Array(repeating: Array(repeating: nil, count: samples), count: count)
    }

    mutating func put(_ answer: ChatAnswer, at question: Int) { answers[question / samples][question % samples] = answer }
    mutating func fail(_ error: InputError, at question: Int) { errors[question / samples] = error }

    /// The next record with all of its answers, or with an error; nil while any is outstanding.
    mutating func next() -> (Int, Result<[ChatAnswer], InputError>)? {
        guard handed < answers.count else { return nil }
        let place = handed
        if let error = errors[place] {
            handed += 1
            return (place, .failure(error))
        }
        let found = answers[place].compactMap(\.self)
        guard found.count == samples else { return nil }
        handed += 1
        answers[place] = []
        return (place, .success(found))
    }
}

/// A service's answers about the records of one output, kept in a journal next to the output until it is complete.
struct ChatJournal {
    private let path: String
    private let endpoint: ChatEndpoint
    private let settings: ChatRun.Settings

    init(_ output: String, endpoint: ChatEndpoint, settings: ChatRun.Settings) {
        (path, self.endpoint, self.settings) = (AnswerJournal.path(of: output), endpoint, settings)
    }

    func answer(
        _ questions: [ChatQuestion], take: (Int, ChatAnswer) throws -> Void, fail: (Int, InputError) throws -> Void,
        progress: (ChatRun.Progress) throws -> Void
    ) throws {
        let content = try AnswerJournal.content(path)
        if let earlier = content.judge, earlier != endpoint.model {
            throw InputError(.usage, path, found: "answers of \(earlier)", expected: "\(endpoint.model)'s, or another output")
        }
        var open: [Int] = []
        for (place, question) in questions.enumerated() {
            let answers = content.answers[question.name] ?? []
            // An unreadable answer is accepted only once it has been given twice.
            if let last = answers.last, answers.count > 1 || question.isReadable(last.text) {
                try take(place, last)
            } else {
                open.append(place)
            }
        }
        if !open.isEmpty {
            let journal = AnswerJournal(path, judge: endpoint.model, after: content)
            try ChatRun(endpoint, settings: settings).answer(
                open.map { questions[$0] }, journal: journal, take: { try take(open[$0], $1) }, fail: { try fail(open[$0], $1) },
                progress: progress)
        }
        AnswerJournal.remove(path)
    }
}
