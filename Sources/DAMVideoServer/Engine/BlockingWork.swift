import Foundation
import Synchronization

/// Work that waits or computes for long, on threads of its own: the threads of tasks are few, and all of a server's
/// requests share them.
struct BlockingWork: Sendable {
    private let queue: OperationQueue

    /// - Parameter width: pieces of work at a time.
    init(_ name: String, width: Int) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = max(1, width)
    }

    /// Pieces of work that run or wait.
    var count: Int { queue.operationCount }

    /// For files and pictures.
    static let shared = BlockingWork("server-work", width: ProcessInfo.processInfo.activeProcessorCount)

    /// Runs `body`, also for a task that is cancelled: long work asks `WorkGate.current`. Who has closed one direction of a
    /// connection may still wait to hear what is wrong with the request.
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

/// Notice that a piece of work is not wanted any more.
final class WorkGate: Sendable {
    /// The gate of the work at hand, for its steps to look at.
    @TaskLocal static var current: WorkGate?

    private let isClosed = Mutex(false)

    func close() { isClosed.withLock { $0 = true } }

    /// - Throws: `CancellationError`.
    func check() throws { if isClosed.withLock({ $0 }) { throw CancellationError() } }
}
