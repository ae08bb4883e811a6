import Dispatch
import Synchronization

/// A caller's requests to an engine, whose events it handles on its own thread. Not thread-safe.
package final class EngineSession {
    private let engine: CaptionEngine
    private let caller = EngineCaller()
    private let inbox = EventInbox()
    private var tasks: [Int: EngineTask] = [:]
    /// Requests that still hold their crops: their prompts are not prefilled yet.
    private var holdingCrops: Set<Int> = []

    package init(_ engine: CaptionEngine) { self.engine = engine }

    deinit { for task in tasks.values { task.cancel() } }

    /// Submits a request, waiting while the engine's queue is full.
    /// - Parameter key: identifies the request in events.
    package func submit(_ request: EngineRequest, key: Int) throws {
        let inbox = inbox, wakesForEachToken = request.priority == .interactive
        let task = engine.submit(request, caller: caller, waits: true) { event in
            inbox.add(key, event, wakesForEachToken: wakesForEachToken)
        }
        guard let task else { throw CancellationError() }
        tasks[key] = task
        holdingCrops.insert(key)
    }

    /// Handles pending events.
    /// - Throws: what `handle` throws; the session's requests are cancelled when it is deallocated.
    package func handleEvents(_ handle: (Int, EngineEvent) throws -> Void) throws {
        for (key, event) in inbox.takeAll() {
            switch event {
            case .reading: holdingCrops.remove(key)
            case .finished, .failed:
                holdingCrops.remove(key)
                tasks[key] = nil
            case .encoding, .drawn, .token: break
            }
            try handle(key, event)
        }
    }

    /// Handles events until no request holds crops.
    package func waitForCrops(_ handle: (Int, EngineEvent) throws -> Void) throws {
        try handleEvents(handle)
        while !holdingCrops.isEmpty {
            inbox.wait()
            try handleEvents(handle)
        }
    }

    /// Handles events until every request has ended.
    package func waitForAll(_ handle: (Int, EngineEvent) throws -> Void) throws {
        try handleEvents(handle)
        while !tasks.isEmpty {
            inbox.wait()
            try handleEvents(handle)
        }
    }
}

/// Events passed from the engine's thread to a caller's. Waking a thread costs the engine time, so tokens wake the caller at most
/// 20 times a second unless it waits for each one; token events not read yet are merged.
private final class EventInbox: Sendable {
    private struct State {
        var events: [(key: Int, event: EngineEvent)] = []
        var lastWake = ContinuousClock.now - .seconds(1)
    }

    private let state = Mutex(State())
    private let arrival = DispatchSemaphore(value: 0)

    func add(_ key: Int, _ event: EngineEvent, wakesForEachToken: Bool) {
        let wakes = state.withLock { state in
            guard case .token(let text, let tokens) = event, !wakesForEachToken, tokens > 1 else {
                state.events.append((key, event))
                return true
            }
            let latest = state.events.lastIndex { $0.key == key }
            if let latest, case .token(let earlier, let count) = state.events[latest].event, count > 1 {
                state.events[latest].event = .token(text: earlier + text, tokens: tokens)
            } else {
                state.events.append((key, event))
            }
            let now = ContinuousClock.now
            guard now - state.lastWake > .milliseconds(50) else { return false }
            state.lastWake = now
            return true
        }
        if wakes { arrival.signal() }
    }

    func takeAll() -> [(key: Int, event: EngineEvent)] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// Waits until there may be events.
    func wait() { arrival.wait() }
}
