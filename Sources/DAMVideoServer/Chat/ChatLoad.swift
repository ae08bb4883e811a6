import DAMVideo
import Synchronization

/// Requests whose body or answer is in progress. Their number is limited to those that may wait or run, which bounds the memory
/// of their images.
final class ChatLoad: Sendable {
    private struct State {
        var open = 0
        /// Bytes of request bodies in memory.
        var bytes = 0
        /// Exponential moving average of the seconds per request.
        var seconds = 1.0
    }

    private let state = Mutex(State())

    private static func most(_ queue: Int, _ engine: CaptionEngine) -> Int {
        queue + (engine.limits.batch ?? CaptionEngine.largestBatch)
    }

    /// - Throws: `APIError` 429 if the queue is full.
    func check(_ queue: Int, _ engine: CaptionEngine) throws {
        guard state.withLock({ $0.open }) < Self.most(queue, engine) else { throw refusal() }
    }

    /// Enters the queue until the ticket is released.
    /// - Throws: `APIError` 429 if the queue is full.
    func enter(_ queue: Int, _ engine: CaptionEngine) throws -> Ticket {
        let isIn = state.withLock { state in
            guard state.open < Self.most(queue, engine) else { return false }
            state.open += 1
            return true
        }
        guard isIn else { throw refusal() }
        return Ticket(self)
    }

    /// Reservation of memory for one request's body, empty at first.
    func reserve() -> Reservation { Reservation(self) }

    /// Upper bound on the bytes of bodies in memory, so that many clients with large images cannot exhaust it.
    private static let mostBytes = 512 << 20

    fileprivate func take(_ bytes: Int, beside own: Int) throws {
        let fits = state.withLock { state in
            // A single request always fits.
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

    /// The refusal of a request, with the time until about half of the requests before it are done.
    func refusal() -> APIError {
        let (open, seconds) = state.withLock { ($0.open, $0.seconds) }
        let wait = min(max(Int((seconds * Double(open) / Double(2 * CaptionEngine.largestBatch)).rounded(.up)), 1), 60)
        return APIError(429, "too many requests are waiting, try again in \(wait) s", code: "queue_full", retryAfter: wait)
    }

    final class Reservation: Sendable {
        private let load: ChatLoad
        private let bytes = Mutex(0)

        fileprivate init(_ load: ChatLoad) { self.load = load }

        /// - Throws: `APIError` 429 if other requests hold too much.
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
