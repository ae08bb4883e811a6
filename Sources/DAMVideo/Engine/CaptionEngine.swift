import Dispatch
import Foundation
import Synchronization

/// One loaded model and one continuous batch for all callers: tracks of several clips, single pictures, requests. It works
/// on a thread of its own, which takes one step at a time: a frame encoded, a prompt read, or a token drawn for every open
/// answer. An answer is the same whatever else is generated beside it.
///
/// Interactive requests go before those of a batch, and wait for one step besides their own work. Callers take turns. A
/// request is admitted once the keys and values of its longest answer fit the memory that is left; one always is.
public final class CaptionEngine: Sendable {
    /// Bounds on what an engine takes at a time.
    public struct Limits: Sendable, Equatable {
        /// Answers of a batch generated together; nil for as many as half the free memory has room for, `largestBatch` at
        /// most. It changes no answer.
        public var batch: Int?
        /// Requests of each priority that may wait; callers wait, or are refused, beyond that.
        public var queue: Int

        public init(batch: Int? = nil, queue: Int = 256) { (self.batch, self.queue) = (batch, queue) }

        /// Answers of a batch at most.
        package var batchLimit: Int { min(max(1, batch ?? largestBatch), 4096) }

        /// Interactive answers there is room for besides the batch, where the memory allows: as many again, so that requests
        /// alone are decoded as fast as a long job, and `leastInteractiveRoom` at least.
        package var interactiveRoom: Int { max(Self.leastInteractiveRoom, batchLimit) }
        private static let leastInteractiveRoom = 4
    }

    /// Upper bound on the batch: beyond 8 sequences decoding is limited by arithmetic, not by reading the weights.
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

    /// Ends the engine: cancels all requests, and waits for the step at work. To be called before a process exits while
    /// requests are open, because the libraries that compute must not be torn down under them.
    public func end() {
        cancelAll()
        isRunning.withLock { isRunning in
            if isRunning { ended.wait() }
            isRunning = false
        }
    }

    /// Requests that wait for their turn.
    package var waiting: Int { queue.count }

    /// Begins no answer any more, and waits for those that are being generated.
    /// - Parameter grace: time to wait at most.
    /// - Returns: false when that was over before.
    func drain(within grace: Duration) -> Bool {
        isRunning.withLock { $0 } ? queue.drain(until: Date(timeIntervalSinceNow: grace / .seconds(1))) : true
    }

    private func cancelAll() {
        for task in queue.stop() { task.deliver(.failed(CancellationError())) }
    }

    /// Hands a request over.
    /// - Parameters:
    ///   - caller: whose request it is; callers take turns.
    ///   - waits: whether to wait when the queue is full.
    ///   - deliver: called with each event, on the engine's thread; must return at once.
    /// - Returns: nil when the queue is full, or the engine has ended.
    package func submit(
        _ request: EngineRequest, caller: EngineCaller, waits: Bool, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> EngineTask? {
        startIfNeeded()
        let task = EngineTask(request, model.model, caller: caller, deliver: deliver)
        return queue.add(task, waits: waits) ? task : nil
    }

    /// The thread begins with the first request, so that what a program does to signals before holds for it.
    private func startIfNeeded() {
        isRunning.withLock { isRunning in
            guard !isRunning, !queue.hasStopped else { return }
            isRunning = true
            // The loop holds the queue and the model, not the engine, which ends it.
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
