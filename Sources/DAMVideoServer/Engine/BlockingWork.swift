import Foundation
import Synchronization

/// Blocking or long-running work on its own threads: the cooperative pool has few threads, which all of a server's requests
/// share.
struct BlockingWork: Sendable {
    private let queue: OperationQueue

    /// - Parameter width: number of concurrent jobs.
    init(_ name: String, width: Int) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = max(1, width)
    }

    /// Number of running and waiting jobs.
    var count: Int { queue.operationCount }

    /// Queue for files and images.
    static let shared = BlockingWork("server-work", width: ProcessInfo.processInfo.activeProcessorCount)

    /// Runs `body`, even if the task is cancelled: long work checks `WorkGate.current`. A client that closed its sending
    /// direction may still wait for the error.
    /// - Throws: what `body` throws.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let gate = WorkGate()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.addOperation {
                    continuation.resume(with: Swift.Result { try WorkGate.$current.withValue(gate, operation: body) })
                }
            }
        } onCancel: {
            gate.close()
        }
    }

    /// Runs `body` without waiting for it.
    func start(_ body: @escaping @Sendable () -> Void) { queue.addOperation(body) }
}

/// Cancellation flag of a job.
final class WorkGate: Sendable {
    /// The gate of the current job, for its steps to check.
    @TaskLocal static var current: WorkGate?

    private let isClosed = Mutex(false)

    func close() { isClosed.withLock { $0 = true } }

    /// - Throws: `CancellationError`.
    func check() throws { if isClosed.withLock({ $0 }) { throw CancellationError() } }
}
