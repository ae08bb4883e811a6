import Synchronization

/// Counters of one request, for the log.
final class RequestTally: Sendable {
    @TaskLocal static var current: RequestTally?

    private let count = Atomic(0)

    /// Tokens generated for the request.
    var tokens: Int { count.load(ordering: .relaxed) }

    func add(tokens: Int) { count.add(tokens, ordering: .relaxed) }
}
