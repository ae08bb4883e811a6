import DAMVideo
import Synchronization

/// Requests that are between their body and their answer: as many as may wait and are at work at once, and no more, so
/// that their pictures have a bound.
final class ChatLoad: Sendable {
    private struct State {
        var open = 0
        /// Bytes of bodies that are held.
        var bytes = 0
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

    /// Memory of one request's body, none at first.
    func reserve() -> Reservation { Reservation(self) }

    /// Bytes of bodies at a time: many clients with large pictures would otherwise use up the memory.
    private static let mostBytes = 512 << 20

    fileprivate func take(_ bytes: Int, beside own: Int) throws {
        let fits = state.withLock { state in
            // One request always fits.
            guard state.bytes == own || state.bytes + bytes <= Self.mostBytes else { return false }
            state.bytes += bytes
            return true
        }
        guard fits else { throw refusal() }
    }

    fileprivate func release(_ bytes: Int) { state.withLock { $0.bytes -= bytes } }

    fileprivate func leave(after time: Duration) {
        state.withLock { state in
            state.open -= 1
            state.seconds = 0.8 * state.seconds + 0.2 * (time / .seconds(1))
        }
    }

    /// A request there is no room for: it may come again when about half of those before it are done.
    func refusal() -> APIError {
        let (open, seconds) = state.withLock { ($0.open, $0.seconds) }
        let wait = min(max(Int((seconds * Double(open) / Double(2 * CaptionEngine.largestBatch)).rounded(.up)), 1), 60)
        return APIError(429, "too many requests wait, expected this one again in \(wait) s", code: "queue_full", retryAfter: wait)
    }

    final class Reservation: Sendable {
        private let load: ChatLoad
        private let bytes = Mutex(0)

        fileprivate init(_ load: ChatLoad) { self.load = load }

        /// - Throws: `APIError` 429 when others hold too much.
        func grow(by count: Int) throws {
            try bytes.withLock { bytes in
                try load.take(count, beside: bytes)
                bytes += count
            }
        }

        deinit { load.release(bytes.withLock { $0 }) }
    }

    final class Ticket: Sendable {
        private let load: ChatLoad
        private let began = ContinuousClock.now

        fileprivate init(_ load: ChatLoad) { self.load = load }

        deinit { load.leave(after: .now - began) }
    }
}
