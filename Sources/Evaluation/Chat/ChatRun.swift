import Imaging

/// A question to a chat service, with its key in the journal.
package struct ChatQuestion: Sendable {
    package let name: AnswerJournal.Question
    /// Makes the message; called on a worker thread, so that images are in memory only while they are being sent.
    let message: @Sendable () throws -> ChatMessage
    /// True if an answer can be read; otherwise it is asked for once more.
    package var isReadable: @Sendable (String) -> Bool
    /// True if an earlier answer could not be read; the next one is accepted in any case.
    var wasUnread: Bool

    package init(
        name: AnswerJournal.Question, message: @escaping @Sendable () throws -> ChatMessage,
        isReadable: @escaping @Sendable (String) -> Bool = { _ in true }, wasUnread: Bool = false
    ) {
        (self.name, self.message, self.isReadable, self.wasUnread) = (name, message, isReadable, wasUnread)
    }
}

/// Asks a chat service questions concurrently. Answers arrive in any order; each is in the journal before it is returned.
package struct ChatRun: Sendable {
    /// Limits and delays of a run.
    package struct Settings: Sendable {
        /// Concurrent requests.
        package var parallel = 8
        /// Retries per request.
        package var retries = 5
        /// Seconds before the first retry; the delay doubles with each one.
        package var pause = 1.0
        /// Upper bound on the number of requests; nil for none.
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
        /// A request is retried.
        case retry(String)
        /// No news; reported several times a second so that the caller can stop the run.
        case waiting
    }

    /// Interval of `waiting` events, in seconds.
    private static let tick = 0.1

    private let endpoint: ChatEndpoint
    private let settings: Settings

    package init(_ endpoint: ChatEndpoint, settings: Settings) {
        (self.endpoint, self.settings) = (endpoint, settings)
    }

    /// Asks questions.
    /// - Parameters:
    ///   - take: called on this thread with the index of a question and its accepted answer.
    ///   - fail: called on this thread with the index of a question that cannot be asked, for example because of a damaged image;
    ///     the run continues without it unless this throws.
    ///   - progress: called on this thread; an error it throws ends the run.
    /// - Throws: `InputError` if the service cannot be used or the limit is reached, and what `take` throws.
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
