import DAMVideo
import Synchronization

/// Requests that are between their body and their answer: as many as may wait and are at work at once, and no more, so
/// that their pictures have a bound.
final class ChatLoad: Sendable {
    private struct State {
        var open = 0
        /// Seconds of a request, the latest ones counting most.
        var seconds = 1.0
    }

    private let state = Mutex(State())

    private static func most(_ queue: Int, _ engine: CaptionEngine) -> Int {
        queue + (engine.limits.batch ?? CaptionEngine.largestBatch)
    }

    /// - Throws: `APIError` 429 when as many requests wait as may.
    func check(_ queue: Int, _ engine: CaptionEngine) throws {
        guard state.withLock({ $0.open }) < Self.most(queue, engine) else { throw refusal() }
    }

    /// Takes a place, until the ticket is gone.
    /// - Throws: `APIError` 429 when there is none.
    func enter(_ queue: Int, _ engine: CaptionEngine) throws -> Ticket {
        let isIn = state.withLock { state in
            guard state.open < Self.most(queue, engine) else { return false }
            state.open += 1
            return true
        }
        guard isIn else { throw refusal() }
        return Ticket(self)
    }

    fileprivate func leave(after time: Duration) {
        state.withLock { state in
            state.open -= 1
            state.seconds = 0.8 * state.seconds + 0.2 * (time / .seconds(1))
        }
    }

    /// A request there is no room for: it may come again when about half of those before it are done.
    func refusal() -> APIError {
        let (open, seconds) = state.withLock { ($0.open, $0.seconds) }
        let wait = min(max(Int((seconds * Double(open) / 16).rounded(.up)), 1), 60)
        return APIError(429, "too many requests wait, expected this one again in \(wait) s", code: "queue_full", retryAfter: wait)
    }

    final class Ticket: Sendable {
        private let load: ChatLoad
        private let began = ContinuousClock.now

        fileprivate init(_ load: ChatLoad) { self.load = load }

        deinit { load.leave(after: .now - began) }
    }
}
