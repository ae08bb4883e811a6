import Dispatch
import Foundation
import Synchronization

/// One loaded model with continuous batching for all callers: tracks of several clips, still images, server requests. It runs on
/// its own thread, one step at a time: a frame is encoded, a prompt prefilled, or a token generated for every open answer. An
/// answer does not depend on what else is in the batch.
///
/// Interactive requests go before batch ones, and wait for at most one step of other work. Callers take turns. A request is
/// admitted once the KV cache of its longest possible answer fits the available memory; one request is always admitted.
public final class CaptionEngine: Sendable {
    /// Upper bounds on an engine's work.
    public struct Limits: Sendable, Equatable {
        /// Batch answers generated together, at most `largestBatch`; nil for as many as fit half the available memory. Does not
        /// affect any answer.
        public var batch: Int?
        /// Requests of each priority that may wait; beyond that, callers wait or are refused.
        public var queue: Int

        public init(batch: Int? = nil, queue: Int = 256) { (self.batch, self.queue) = (batch, queue) }

        /// Upper bound on batch answers.
        package var batchLimit: Int { min(max(1, batch ?? largestBatch), 4096) }

        /// Interactive answers that may be open in addition to the batch, memory permitting: the batch size again, so that
        /// interactive requests alone decode as fast as a long job, but at least `leastInteractiveRoom`.
        package var interactiveRoom: Int { max(Self.leastInteractiveRoom, batchLimit) }
        private static let leastInteractiveRoom = 4
    }

    /// Upper bound on the batch: beyond 8 sequences decoding is compute-bound, not bandwidth-bound.
    public static let largestBatch = 8

    public let model: CaptionModel
    public let limits: Limits
    private let queue: EngineQueue
    private let isRunning = Mutex(false)
    /// Signalled when the thread has ended.
    private let ended = DispatchSemaphore(value: 0)

    public init(_ model: CaptionModel, limits: Limits = Limits()) {
        self.model = model
        self.limits = limits
        queue = EngineQueue(limit: limits.queue)
    }

    deinit { cancelAll() }

    /// Ends the engine: cancels all requests and waits for the current step. Call it before the process exits while requests are
    /// open, because the compute libraries must not be torn down during a step.
    public func end() {
        cancelAll()
        isRunning.withLock { isRunning in
            if isRunning { ended.wait() }
            isRunning = false
        }
    }

    /// Requests that are waiting.
    package var waiting: Int { queue.count }

    /// Stops admitting requests, and waits for open answers.
    /// - Parameter grace: upper bound on the wait.
    /// - Returns: false on timeout.
    func drain(within grace: Duration) -> Bool {
        isRunning.withLock { $0 } ? queue.drain(until: Date(timeIntervalSinceNow: grace / .seconds(1))) : true
    }

    private func cancelAll() {
        for task in queue.stop() { task.deliver(.failed(CancellationError())) }
    }

    /// Submits a request.
    /// - Parameters:
    ///   - caller: who makes the request; callers take turns.
    ///   - waits: true to wait when the queue is full.
    ///   - deliver: called with each event, on the engine's thread; must return quickly.
    /// - Returns: nil if the queue is full or the engine has ended.
    package func submit(
        _ request: EngineRequest, caller: EngineCaller, waits: Bool, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> EngineTask? {
        startIfNeeded()
        let task = EngineTask(request, model.model, caller: caller, deliver: deliver)
        return queue.add(task, waits: waits) ? task : nil
    }

    /// Starts the thread with the first request, so that it inherits the signal mask the program has set by then.
    private func startIfNeeded() {
        isRunning.withLock { isRunning in
            guard !isRunning, !queue.hasStopped else { return }
            isRunning = true
            // The loop retains the queue and the model but not the engine, whose deinit ends the loop.
            let (model, limits, queue, ended) = (model.model, limits, queue, ended)
            let thread = Thread {
                EngineLoop(model, limits, queue).run()
                ended.signal()
            }
            thread.name = "caption-engine"
            thread.start()
        }
    }
}
