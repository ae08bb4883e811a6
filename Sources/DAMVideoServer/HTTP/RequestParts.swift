import NIOCore
import NIOHTTP1
import Synchronization

/// The parts of one connection's requests, handed over one at a time from whoever reads the connection to whoever handles
/// its requests; reading waits while a part is not taken. The reader goes on while a request is handled, which is how a
/// client that leaves is noticed.
final class RequestParts: Sendable {
    /// Reason no part will come.
    enum Ending: Error {
        /// The client has closed the connection, or its direction of it.
        case left
        case malformed(HTTPParserError)
        case timedOut
    }

    private struct State {
        var part: HTTPServerRequestPart?
        var ending: Ending?
        var isQuiescing = false
        /// Bytes since the last request was complete.
        var bytes = 0
        var taker: CheckedContinuation<HTTPServerRequestPart, any Error>?
        var giver: CheckedContinuation<Void, Never>?
        var whenEnded: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    // MARK: From the channel

    func note(bytes: Int) { state.withLock { $0.bytes += bytes } }

    /// Asks for the connection to end behind the request at work.
    func quiesce() {
        let taker = state.withLock { state in
            state.isQuiescing = true
            // Between two requests there is nothing to wait for.
            guard state.bytes == 0 else { return CheckedContinuation<HTTPServerRequestPart, any Error>?.none }
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume(throwing: Ending.left)
    }

    var isQuiescing: Bool { state.withLock { $0.isQuiescing } }

    /// Hands a part over; returns once it is taken.
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

    /// Ends the parts; what was given and not taken stays.
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
        // A fault of the next request is nothing to the one at work.
        if case .left = ending { before?.whenEnded?() }
    }

    // MARK: To the handler

    /// True if a part of a request has come that is not complete.
    var isWithinRequest: Bool { state.withLock { $0.bytes > 0 } }

    /// Calls `action` when the client leaves; at once when it has. Nil to call nothing any more.
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
