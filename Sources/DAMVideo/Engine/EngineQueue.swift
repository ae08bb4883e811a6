import Foundation

/// Requests waiting for an engine, at most `limit` of each priority. Interactive ones go first; within a priority, callers take
/// turns and each caller's requests stay in order.
///
/// `@unchecked Sendable`: every stored variable is read and written under `condition`.
final class EngineQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private let limit: Int
    private var interactive = Lanes()
    private var batch = Lanes()
    private var isStopped = false
    /// True once new requests are no longer taken while those being answered continue.
    private var isDraining = false
    /// True if the engine has nothing open and takes no requests.
    private var isDrained = false

    init(limit: Int) { self.limit = max(1, limit) }

    /// Adds a request.
    /// - Parameter waits: true to wait for room.
    /// - Returns: false if there is no room, or the engine has ended.
    func add(_ task: EngineTask, waits: Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        func count() -> Int { task.priority == .interactive ? interactive.count : batch.count }
        while count() >= limit, !isStopped {
            guard waits else { return false }
            condition.wait()
        }
        guard !isStopped else { return false }
        switch task.priority {
        case .interactive: interactive.add(task)
        case .batch: batch.add(task)
        }
        condition.broadcast()
        return true
    }

    /// Takes the next interactive request if it `fits`; otherwise the order stays.
    func takeInteractive(where fits: (EngineTask) -> Bool) -> EngineTask? { take(\.interactive, where: fits) }

    /// Takes the next batch request if it `fits`; otherwise the order stays.
    func takeBatch(where fits: (EngineTask) -> Bool) -> EngineTask? { take(\.batch, where: fits) }

    private func take(
        _ lanes: ReferenceWritableKeyPath<EngineQueue, Lanes>, where fits: (EngineTask) -> Bool
    ) -> EngineTask? {
        condition.lock()
        defer { condition.unlock() }
        guard !isDraining, let next = self[keyPath: lanes].first, fits(next) else { return nil }
        self[keyPath: lanes].removeFirst()
        condition.broadcast()
        return next
    }

    /// Takes requests that were cancelled while waiting.
    func takeCancelled() -> [EngineTask] {
        condition.lock()
        defer { condition.unlock() }
        let cancelled = interactive.removeCancelled() + batch.removeCancelled()
        if !cancelled.isEmpty { condition.broadcast() }
        return cancelled
    }

    /// Waits for a request; false once the engine has ended.
    func waitForWork() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while interactive.count + batch.count == 0 || isDraining, !isStopped {
            isDrained = isDraining
            condition.broadcast()
            condition.wait()
        }
        return !isStopped
    }

    /// Stops handing out requests, and waits until those being answered are done.
    /// - Returns: false on timeout.
    func drain(until deadline: Date) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        isDraining = true
        condition.broadcast()
        while !isDrained, !isStopped, condition.wait(until: deadline) {}
        return isDrained || isStopped
    }

    var admitsNothing: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isDraining
    }

    /// Ends the engine, which takes no further requests.
    /// - Returns: the requests that were waiting.
    func stop() -> [EngineTask] {
        condition.lock()
        defer { condition.unlock() }
        isStopped = true
        condition.broadcast()
        return interactive.removeAll() + batch.removeAll()
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return interactive.count + batch.count
    }

    var hasStopped: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isStopped
    }
}

/// Requests by caller, taken round-robin.
private struct Lanes {
    /// Ordered by turn, next first; no caller's list is empty.
    private var lanes: [(caller: EngineCaller, tasks: ArraySlice<EngineTask>)] = []

    var count: Int { lanes.reduce(0) { $0 + $1.tasks.count } }
    var first: EngineTask? { lanes.first?.tasks.first }

    mutating func add(_ task: EngineTask) {
        if let index = lanes.firstIndex(where: { $0.caller == task.caller }) {
            lanes[index].tasks.append(task)
        } else {
            lanes.append((task.caller, [task]))
        }
    }

    /// Removes the first request and moves its caller to the end.
    mutating func removeFirst() {
        guard !lanes.isEmpty else { return }
        var lane = lanes.removeFirst()
        lane.tasks.removeFirst()
        if !lane.tasks.isEmpty { lanes.append(lane) }
    }

    mutating func removeCancelled() -> [EngineTask] {
        let cancelled = lanes.flatMap(\.tasks).filter(\.isCancelled)
        guard !cancelled.isEmpty else { return [] }
        lanes = lanes.compactMap { lane in
            let tasks = lane.tasks.filter { !$0.isCancelled }
            return tasks.isEmpty ? nil : (lane.caller, ArraySlice(tasks))
        }
        return cancelled
    }

    mutating func removeAll() -> [EngineTask] {
        defer { lanes = [] }
        return lanes.flatMap(\.tasks)
    }
}
