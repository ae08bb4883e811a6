import Evaluation
import Imaging

/// A chat service that decides if a caption fits its region: yes or no.
package struct VerdictJudge {
    private static let maxTokens = 8

    private let endpoint: ChatEndpoint
    private let chat: ChatRun.Settings
    private let media: RegionMedia
    /// Images to show with the question; nil to ask about the text only.
    private let pictures: RegionPictures?

    package init(_ endpoint: ChatEndpoint, chat: ChatRun.Settings, root: MediaRoot, pictures: RegionPictures?) throws {
        try chat.validate()
        (self.endpoint, self.chat, media, self.pictures) = (endpoint, chat, RegionMedia(root: root), pictures)
    }

    var identity: OrderedObject {
        ["model": .string(endpoint.model), "pictures": pictures.map { .string($0.kind.rawValue) } ?? .null,
            "wording": .string("damvideo-1")]
    }

    /// Asks about the captions of records.
    /// - Parameters:
    ///   - output: the step's output, next to which answers are kept.
    ///   - take: called with each position, in order, and the verdict; nil for an answer that is neither yes nor no, and for a
    ///     record without a caption.
    func ask(
        _ records: RecordFiles, _ places: [Int], output: String, progress: (ChatRun.Progress) throws -> Void,
        take: (Int, Result<Bool?, InputError>) throws -> Void
    ) throws {
        var answers = OrderedAnswers(places.count)
        let questions = try places.map { try question(records, $0) }
        func hand() throws {
            while let (place, found) = answers.next() { try take(places[place], found.map { Self.verdict($0[0].text) }) }
        }
        try ChatJournal(output, endpoint: endpoint, settings: chat).answer(
            questions, take: { answers.put($1, at: $0); try hand() }, fail: { answers.fail($1, at: $0); try hand() }, progress: progress)
    }

    /// Yes or no at the start of an answer; nil for anything else.
    static func verdict(_ answer: String) -> Bool? {
        switch CaptionText(answer).words.first {
        case "yes", "true": true
        case "no", "false": false
        default: nil
        }
    }

    private func question(_ records: RecordFiles, _ place: Int) throws -> ChatQuestion {
        let record = try records.record(place), caption = try record.caption ?? ""
        let sentence = pictures?.words(isClip: record.kind == .video, name: record.keyword ?? "object")
        let about = record.keyword.map { "a region that is known to show: \($0)" } ?? "a region"
        let question = pictures == nil
            ? "Here is a description of \(about). Does the description fit that, and name nothing that cannot belong to it?"
            : "Here is a description of \(about). Is everything in it true of what is shown?"
        let words = [sentence, question, "Description: \(caption)", "Answer with yes or no."].compactMap(\.self).joined(separator: "\n")
        let (media, pictures) = (media, pictures)
        return ChatQuestion(
            name: AnswerJournal.Question(key: record.id, place: 0, prompt: words),
            message: {
                let frames = try pictures == nil ? [] : media.frames(of: records.record(place))
                let views = try frames.flatMap { try pictures?.views($0.picture, $0.mask) ?? [] }
                return ChatMessage(try views.map { try RegionPicture.part($0) } + [.text(words)], maxTokens: Self.maxTokens)
            }, isReadable: { Self.verdict($0) != nil })
    }
}
