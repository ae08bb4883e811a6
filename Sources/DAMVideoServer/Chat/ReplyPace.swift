import DAMVideo
import Synchronization

/// Schedules when answers end, so that each is sent before its client stops waiting, including those still queued: the answers
/// being generated leave each later round of queued ones as much time as they take themselves.
final class ReplyPace: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Reply {
        let deadline: Instant?
        /// Nil while it waits.
        var began: Instant?
    }

    private struct State {
        var replies: [Int: Reply] = [:]
        var next = 0
    }

    /// Number of answers generated together.
    private let room: Int
    private let state = Mutex(State())

    init(room: Int) { self.room = max(1, room) }

    /// Registers a reply until the returned place is released.
    /// - Parameter deadline: end of the whole answer; nil if the client has no timeout.
    func enter(until deadline: Instant?) -> Place {
        let number = state.withLock { state in
            state.next += 1
            state.replies[state.next] = Reply(deadline: deadline)
            return state.next
        }
        return Place(self, number, deadline)
    }

    fileprivate func begin(_ number: Int, _ now: Instant) {
        state.withLock { if $0.replies[number]?.began == nil { $0.replies[number]?.began = now } }
    }

    fileprivate func leave(_ number: Int) { state.withLock { $0.replies[number] = nil } }

    /// Time at which a started reply ends; nil without a deadline.
    fileprivate func end(of number: Int) -> Instant? {
        state.withLock { state in
            guard let reply = state.replies[number], let deadline = reply.deadline, let began = reply.began else { return nil }
            let waiting = state.replies.values.filter { $0.began == nil }.compactMap(\.deadline).sorted()
            let free = max(0, room - (state.replies.count - state.replies.values.count { $0.began == nil }))
            return waiting.dropFirst(free).enumerated().reduce(deadline) { end, other in
                let rounds = other.offset / room + 1
                // A reply with an earlier deadline than this one takes no more of its time than others do.
                return min(end, began + (max(other.element, deadline) - began) / (rounds + 1))
            }
        }
    }

    /// The registration of one reply.
    final class Place: Sendable {
        let deadline: Instant?
        private let pace: ReplyPace
        private let number: Int

        fileprivate init(_ pace: ReplyPace, _ number: Int, _ deadline: Instant?) {
            (self.pace, self.number, self.deadline) = (pace, number, deadline)
        }

        deinit { pace.leave(number) }

        /// Records that the engine started on it.
        func begin(at now: Instant = .now) { pace.begin(number, now) }

        /// True if the answer ends now, complete or not.
        func isOver(at now: Instant = .now) -> Bool { pace.end(of: number).map { $0 <= now } ?? false }
    }
}

extension APIError {
    /// Error for a reply without any text at its deadline.
    static let tooLate = APIError(503, "the answer did not begin in time: too many requests wait", code: "reply_timeout", retryAfter: 30)
}

/// An event of an answer that has a deadline.
enum ReplyEvent: Sendable {
    case engine(EngineEvent)
    case timeIsUp
}

extension AsyncStream<EngineEvent> {
    /// The events up to a deadline, and a last one that reports it. Abandoning the stream cancels the request.
    func until(_ deadline: ContinuousClock.Instant?) -> AsyncStream<ReplyEvent> {
        AsyncStream<ReplyEvent> { continuation in
            let forwarding = Task {
                for await event in self { continuation.yield(.engine(event)) }
                continuation.finish()
            }
            let alarm = deadline.map { deadline in
                Task {
                    try await Task.sleep(until: deadline, clock: .continuous)
                    continuation.yield(.timeIsUp)
                }
            }
            continuation.onTermination = { _ in
                forwarding.cancel()
                alarm?.cancel()
            }
        }
    }
}
