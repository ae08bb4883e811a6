import Foundation

/// Threads for work that waits or computes for long, which would stop the concurrency pool's few.
final class BlockingWork: Sendable {
    private let queue: OperationQueue

    /// - Parameter width: calls at a time; others wait.
    init(_ name: String, width: Int) {
        queue = OperationQueue()
        queue.name = name
        queue.maxConcurrentOperationCount = width
    }

    /// Calls that run or wait.
    var count: Int { queue.operationCount }

    /// Runs `body` on one of the threads.
    /// - Throws: what `body` throws.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    /// Runs `body` on one of the threads, without waiting for it.
    func start(_ body: @escaping @Sendable () -> Void) { queue.addOperation(body) }
}
