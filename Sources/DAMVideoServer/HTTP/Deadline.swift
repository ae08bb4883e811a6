/// Limits the time of an asynchronous operation.
enum Deadline {
    /// Runs `body` until `deadline`. If it takes longer, it is cancelled and not awaited.
    /// - Parameter deadline: nil for no limit.
    /// - Throws: what `body` throws, or `error` at the deadline.
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
