import Foundation
import Imaging
import Synchronization

/// Worker threads that send queued questions to a service and return the answers.
final class ChatDesk: Sendable {
    enum Event: Sendable {
        /// Index of a question and its answer; `isLast` is false for an unreadable one that is asked for again.
        case answer(Int, ChatAnswer, isLast: Bool)
        /// Index of a question whose message could not be made.
        case unaskable(Int, InputError)
        case retry(String)
        case failure(InputError)
    }

    private struct State {
        var next = 0
        var requests = 0
        var events: [Event] = []
    }

    /// Interval for checking whether the run has ended, in seconds.
    private static let tick = 0.05

    private let questions: [ChatQuestion]
    private let endpoint: ChatEndpoint
    private let settings: ChatRun.Settings
    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let isClosed = Atomic(false)

    init(_ questions: [ChatQuestion], _ endpoint: ChatEndpoint, _ settings: ChatRun.Settings) {
        (self.questions, self.endpoint, self.settings) = (questions, endpoint, settings)
    }

    private var threadCount: Int { min(settings.parallel, questions.count) }

    func open() {
        for _ in 0..<threadCount {
            Thread { [self] in
                work()
                ended.signal()
            }.start()
        }
    }

    /// Ends all work and waits for the threads.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        endpoint.cancel()
        for _ in 0..<threadCount { ended.wait() }
    }

    /// The next event; nil if none comes in time.
    func next(within seconds: Double) -> Event? {
        guard arrivals.wait(timeout: .now() + seconds) == .success else { return nil }
        return state.withLock { $0.events.removeFirst() }
    }

    private func hand(_ event: Event) {
        state.withLock { $0.events.append(event) }
        arrivals.signal()
    }

    private func work() {
        while !isClosed.load(ordering: .relaxed), let place = take() {
            let question = questions[place], made = Result { try InputError.translating { try question.message() } }
            if case .failure(let error as InputError) = made {
                hand(.unaskable(place, error))
                continue
            }
            do {
                let message = try made.get()
                var answer = try ask(message)
                if !question.wasUnread, !question.isReadable(answer.text) {
                    hand(.answer(place, answer, isLast: false))
                    answer = try ask(message)
                }
                hand(.answer(place, answer, isLast: true))
            } catch let error as InputError {
                return hand(.failure(error))
            } catch let error as any CategorizedError {
                return hand(.failure(InputError(error.category, error.description)))
            } catch {
                return  // The run is over.
            }
        }
    }

    private func take() -> Int? {
        state.withLock { state in
            guard state.next < questions.count else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    /// Asks until there is an answer or retrying is pointless.
    /// - Throws: `InputError`; `CancellationError` if the run is over.
    private func ask(_ message: ChatMessage) throws -> ChatAnswer {
        var pause = settings.pause, tries = 0
        while true {
            try count()
            do {
                return try endpoint.ask(message)
            } catch ChatEndpoint.Failure.final(let error) {
                throw error
            } catch ChatEndpoint.Failure.passing(let reason, let seconds) {
                try checkOpen()
                tries += 1
                guard tries <= settings.retries else {
                    throw endpoint.refusal("\(reason), at try \(tries)", expected: "an answer")
                }
                let wait = seconds ?? pause
                hand(.retry("\(reason); trying again in \(String(format: "%.3g", wait)) s"))
                try sleep(wait)
                pause *= 2
            }
        }
    }

    /// Counts a request towards the limit.
    private func count() throws {
        try checkOpen()
        let isAllowed = state.withLock { state in
            guard state.requests < settings.limit ?? .max else { return false }
            state.requests += 1
            return true
        }
        guard isAllowed else {
            throw InputError(
                .usage, "--limit \(settings.limit ?? 0)", found: "answers missing after that many requests",
                expected: "a higher limit; the answers so far are kept")
        }
    }

    private func sleep(_ seconds: Double) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            try checkOpen()
            Thread.sleep(forTimeInterval: min(Self.tick, max(0, (end - .now) / .seconds(1))))
        }
    }

    private func checkOpen() throws {
        if isClosed.load(ordering: .relaxed) { throw CancellationError() }
    }
}
