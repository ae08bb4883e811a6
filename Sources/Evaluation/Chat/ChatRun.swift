import Imaging

/// A question to a chat service, and its name in the journal.
package struct ChatQuestion: Sendable {
    package let name: AnswerJournal.Question
    /// Makes what is sent; called on a thread of the run, so that pictures are held for the questions under way only.
    let message: @Sendable () throws -> ChatMessage
    /// True for an answer that can be read; another is asked for once more.
    package var isReadable: @Sendable (String) -> Bool
    /// True if an answer came earlier that could not be read: the next one counts whatever it is.
    var wasUnread: Bool

    package init(
        name: AnswerJournal.Question, message: @escaping @Sendable () throws -> ChatMessage,
        isReadable: @escaping @Sendable (String) -> Bool = { _ in true }, wasUnread: Bool = false
    ) {
        (self.name, self.message, self.isReadable, self.wasUnread) = (name, message, isReadable, wasUnread)
    }
}

/// Asks a chat service questions, several at a time. Answers come in any order; each is in the journal before it is handed on.
package struct ChatRun: Sendable {
    /// Limits and pauses of a run.
    package struct Settings: Sendable {
        /// Requests at a time.
        package var parallel = 8
        /// Tries after the first, of one request.
        package var retries = 5
        /// Seconds before the second try; each later pause is twice as long.
        package var pause = 1.0
        /// Most requests; nil for any number.
        package var limit: Int?

        package init() {}

        /// - Throws: `InputError` of category `usage` for a value out of range.
        package func validate() throws {
            func require(_ holds: Bool, _ found: String, _ expected: String) throws {
                guard holds else { throw InputError(.usage, "\(found): expected \(expected)") }
            }
            try require((1...256).contains(parallel), "--parallel \(parallel)", "1 to 256")
            try require((0...20).contains(retries), "--retries \(retries)", "0 to 20")
            try require(limit ?? 1 >= 1, "--limit \(limit ?? 1)", "1 or more")
        }
    }

    /// An event of a run.
    package enum Progress {
        case answered(Int, of: Int)
        /// A request that is tried again.
        case retry(String)
        /// Nothing new; called several times a second so that a stop request is seen.
        case waiting
    }

    /// Seconds between two questions whether to stop.
    private static let tick = 0.1

    private let endpoint: ChatEndpoint
    private let settings: Settings

    package init(_ endpoint: ChatEndpoint, settings: Settings) {
        (self.endpoint, self.settings) = (endpoint, settings)
    }

    /// Asks questions.
    /// - Parameters:
    ///   - take: called on this thread with the place of a question and the answer that counts.
    ///   - fail: called on this thread with the place of a question that cannot be put, such as one about a picture that is damaged;
    ///     the run goes on without it unless this throws.
    ///   - progress: called on this thread; what it throws ends the run.
    /// - Throws: `InputError` when the service cannot be asked or the limit is reached, and what `take` throws.
    package func answer(
        _ questions: [ChatQuestion], journal: AnswerJournal, take: (Int, ChatAnswer) throws -> Void,
        fail: (Int, InputError) throws -> Void = { throw $1 }, progress: (Progress) throws -> Void
    ) throws {
        let desk = ChatDesk(questions, endpoint, settings)
        desk.open()
        defer { desk.close() }
        var answered = 0
        while answered < questions.count {
            guard let event = desk.next(within: Self.tick) else {
                try progress(.waiting)
                continue
            }
            switch event {
            case .answer(let place, let answer, let isLast):
                try journal.add(answer, to: questions[place].name)
                guard isLast else { continue }
                try take(place, answer)
                answered += 1
                try progress(.answered(answered, of: questions.count))
            case .unaskable(let place, let error):
                try fail(place, error)
                answered += 1
                try progress(.answered(answered, of: questions.count))
            case .retry(let words): try progress(.retry(words))
            case .failure(let error): throw error
            }
        }
    }
}
