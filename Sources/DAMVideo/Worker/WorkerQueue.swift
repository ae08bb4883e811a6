import Foundation
import Synchronization

/// A job being processed: its cancellation flag, and the runner to interrupt when the machine is taken away.
final class RunningJob: Sendable {
    let job: WorkerJob
    private let cancelled = Atomic(false)
    /// The runner, for jobs that write files.
    let runner = Mutex<CaptionJobRunner?>(nil)

    init(_ job: WorkerJob) { self.job = job }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
        runner.withLock { $0 }?.cancel()
    }

    /// - Throws: `CancellationError` if the job was cancelled.
    func check() throws {
        if cancelled.load(ordering: .relaxed) { throw CancellationError() }
    }
}

/// Waiting and running jobs. Adding a job blocks until there is room, which throttles the worker's input.
///
/// `@unchecked Sendable`: every stored variable is read and written under `condition`.
final class WorkerQueue: @unchecked Sendable {
    enum Adding { case taken, isDouble, isClosed }
    enum Cancelling { case waiting, running, unknown }

    private let condition = NSCondition()
    private let limit: Int
    private var waiting: [WorkerJob] = []
    private var running: [String: RunningJob] = [:]
    private var ended = 0
    private var isClosed = false

    init(limit: Int) { self.limit = max(1, limit) }

    /// - Returns: `isDouble` if another unfinished job has this id, `isClosed` if no more jobs are taken.
    func add(_ job: WorkerJob) -> Adding {
        condition.lock()
        defer { condition.unlock() }
        while waiting.count >= limit, !isClosed { condition.wait() }
        guard !isClosed else { return .isClosed }
        guard running[job.id] == nil, !waiting.contains(where: { $0.id == job.id }) else { return .isDouble }
        waiting.append(job)
        condition.broadcast()
        return .taken
    }

    /// Starts the next job; nil if there will be none.
    func next() -> RunningJob? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty, !isClosed { condition.wait() }
        guard !waiting.isEmpty else { return nil }
        let job = RunningJob(waiting.removeFirst())
        running[job.job.id] = job
        condition.broadcast()
        return job
    }

    /// Ends a running job.
    /// - Returns: false if it was handed back meanwhile.
    func end(_ job: RunningJob) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard running.removeValue(forKey: job.job.id) != nil else { return false }
        ended += 1
        condition.broadcast()
        return true
    }

    /// Removes a waiting job, or signals a running one to end.
    func cancel(_ id: String) -> Cancelling {
        condition.lock()
        defer { condition.unlock() }
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index)
            ended += 1
            condition.broadcast()
            return .waiting
        }
        guard let job = running[id] else { return .unknown }
        job.cancel()
        return .running
    }

    /// Refuses further jobs; waiting ones are still done.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
    }

    /// Refuses further jobs, and removes the waiting ones.
    func takeWaiting() -> [WorkerJob] {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
        defer { waiting = [] }
        return waiting
    }

    /// Waits until no job is running.
    func waitUntilIdle(until deadline: Date) {
        condition.lock()
        defer { condition.unlock() }
        while !running.isEmpty, condition.wait(until: deadline) {}
    }

    var jobsAtWork: [RunningJob] {
        condition.lock()
        defer { condition.unlock() }
        return running.values.sorted { $0.job.id < $1.job.id }
    }

    var state: WorkerResult.Heartbeat {
        condition.lock()
        defer { condition.unlock() }
        return WorkerResult.Heartbeat(running: running.keys.sorted(), waiting: waiting.count, ended: ended)
    }
}
