import NIOCore
import NIOHTTP1
import Synchronization

/// Parts of a connection's requests, handed over one at a time from the channel to the handler; the channel stops reading until a
/// part is taken. Reading continues while a request is handled, so that a client that disconnects is noticed.
final class RequestParts: Sendable {
    /// Reason that no more parts will come.
    enum Ending: Error {
        /// The client has closed the connection or its sending direction.
        case left
        case malformed(HTTPParserError)
        case timedOut
    }

    private struct State {
        var part: HTTPServerRequestPart?
        var ending: Ending?
        var isQuiescing = false
        /// Bytes since the last complete request.
        var bytes = 0
        var taker: CheckedContinuation<HTTPServerRequestPart, any Error>?
        var giver: CheckedContinuation<Void, Never>?
        var whenEnded: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    // MARK: From the channel

    func note(bytes: Int) { state.withLock { $0.bytes += bytes } }

    /// Ends the connection after the current request.
    func quiesce() {
        let taker = state.withLock { state in
            state.isQuiescing = true
            // Between requests there is nothing to wait for.
            guard state.bytes == 0 else { return CheckedContinuation<HTTPServerRequestPart, any Error>?.none }
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume(throwing: Ending.left)
    }

    var isQuiescing: Bool { state.withLock { $0.isQuiescing } }

    /// Hands over a part; returns once it is taken.
    func give(_ part: HTTPServerRequestPart) async {
        await withCheckedContinuation { continuation in
            let (taker, isDone) = state.withLock { state in
                if case .end = part { state.bytes = 0 }
                if let taker = state.taker {
                    state.taker = nil
                    return (Optional(taker), true)
                }
                guard state.ending == nil else { return (nil, true) }
                (state.part, state.giver) = (part, continuation)
                return (nil, false)
            }
            taker?.resume(returning: part)
            if isDone { continuation.resume() }
        }
    }

    /// Ends the parts; those handed over but not taken remain.
    func end(_ ending: Ending) {
        let before = state.withLock { state in
            let before = state
            guard before.ending == nil else { return State?.none }
            state.ending = ending
            (state.taker, state.giver, state.whenEnded) = (nil, nil, nil)
            return before
        }
        before?.taker?.resume(throwing: ending)
        before?.giver?.resume()
        // A malformed next request does not affect the current one.
        if case .left = ending { before?.whenEnded?() }
    }

    // MARK: To the handler

    /// True if part of a request has arrived.
    var isWithinRequest: Bool { state.withLock { $0.bytes > 0 } }

    /// Calls `action` when the client disconnects, or at once if it has; nil to cancel.
    func whenEnded(_ action: (@Sendable () -> Void)?) {
        let hasEnded = state.withLock { state in
            state.whenEnded = action
            return if case .left? = state.ending { true } else { false }
        }
        if hasEnded { action?() }
    }

    /// Waits for the next part.
    /// - Throws: `Ending`.
    func next(within time: Duration, on loop: any EventLoop) async throws -> HTTPServerRequestPart {
        let alarm = loop.scheduleTask(in: TimeAmount(time)) { self.expire() }
        defer { alarm.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            let (part, giver, ending) = state.withLock { state in
                defer { (state.part, state.giver) = (nil, nil) }
                if state.part == nil, state.ending == nil { state.taker = continuation }
                return (state.part, state.giver, state.ending)
            }
            if let part {
                continuation.resume(returning: part)
                giver?.resume()
            } else if let ending {
                continuation.resume(throwing: ending)
            }
        }
    }

    private func expire() {
        let taker = state.withLock { state in
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume(throwing: Ending.timedOut)
    }
}
