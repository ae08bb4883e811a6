/// An instant until which something is waited for.
enum Deadline {
    /// Runs `body`, and waits for it until `deadline`. What takes longer is cancelled and not waited for.
    /// - Parameter deadline: nil to wait as long as it takes.
    /// - Throws: what `body` throws, and `error` when it is too late.
    static func run<Result: Sendable>(
        until deadline: ContinuousClock.Instant?, orThrow error: APIError, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let deadline else { return try await body() }
        guard deadline > .now else { throw error }
        let (results, continuation) = AsyncStream.makeStream(of: Swift.Result<Result, any Error>.self)
        let work = Task {
            do {
                continuation.yield(.success(try await body()))
            } catch {
                continuation.yield(.failure(error))
            }
        }
        let alarm = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            continuation.yield(.failure(error))
        }
        defer {
            work.cancel()
            alarm.cancel()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
