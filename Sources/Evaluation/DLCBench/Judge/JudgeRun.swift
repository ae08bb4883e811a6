import Foundation
import Imaging
import Synchronization

/// Asks a judge all that is missing on a sheet, several questions at a time. Answers come in any order and stand in the
/// sheet's.
package struct JudgeRun: Sendable {
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

    /// Fills a sheet with answers.
    /// - Parameters:
    ///   - content: answers of an earlier run.
    ///   - progress: called on this thread; what it throws ends the run.
    /// - Throws: `InputError` when the judge cannot be asked or the limit is reached; answers so far are in sheet and journal.
    func answer(
        _ sheet: inout JudgeSheet, journal: JudgeJournal, after content: JudgeJournal.Content,
        progress: (Progress) throws -> Void
    ) throws {
        let places = sheet.missing
        let questions = places.map { place in
            JudgeQuestion(
                place: place, prompt: sheet.prompt(place), reader: place.question == 0 ? sheet.recognitionReader(place) : nil,
                wasUnread: content.answers[sheet.journalQuestion(place)] != nil)
        }
        let desk = JudgeDesk(questions, endpoint, settings)
        desk.open()
        defer { desk.close() }
        var answered = 0
        while answered < questions.count {
            guard let event = desk.next(within: Self.tick) else {
                try progress(.waiting)
                continue
            }
            switch event {
            case .answer(let place, let text, let isLast):
                try journal.add(text, to: sheet.journalQuestion(place))
                guard isLast else { continue }
                sheet.put(text, at: place)
                answered += 1
                try progress(.answered(answered, of: questions.count))
            case .retry(let words): try progress(.retry(words))
            case .failure(let error): throw error
            }
        }
    }
}

extension JudgeSheet {
    func journalQuestion(_ place: Place) -> JudgeJournal.Question {
        JudgeJournal.Question(key: key(place), place: place.question, prompt: prompt(place))
    }

    func recognitionReader(_ place: Place) -> AnswerReader { AnswerReader(regions[place.region].recognition) }

    /// Puts in the answers of a journal. One to a recognition question that cannot be read counts once it was given twice.
    mutating func put(_ content: JudgeJournal.Content) {
        for place in missing {
            guard let texts = content.answers[journalQuestion(place)], let last = texts.last else { continue }
            if texts.count > 1 || isReadable(last, at: place) { put(last, at: place) }
        }
    }
}
