import Foundation
import Imaging
import Synchronization

/// Fetches files side by side. The first failure ends them all.
struct ParallelFetch {
    /// Seconds that the others have to end after a failure: one that waits for a server is not waited for.
    private static let farewell = 2.0

    let workers: Int

    private struct Stopped: Error {}

    private final class State: Sendable {
        struct Values {
            var waiting: [HubListing.File]
            var blobs: [String: String] = [:]
            var failure: (any Error)?
        }

        let values: Mutex<Values>

        init(_ files: [HubListing.File]) { values = Mutex(Values(waiting: files)) }

        func next() -> HubListing.File? {
            values.withLock { $0.failure == nil ? $0.waiting.popLast() : nil }
        }

        var hasFailed: Bool { values.withLock { $0.failure != nil } }

        func check() throws {
            guard !hasFailed else { throw Stopped() }
        }
    }

    /// - Parameter body: fetches a file, calls what it is given now and then, and returns the name of the file's blob.
    /// - Returns: the blobs by the files' paths.
    /// - Throws: the first error of `body`.
    func run(
        _ files: [HubListing.File], _ body: @escaping @Sendable (HubListing.File, () throws -> Void) throws -> String
    ) throws -> [String: String] {
        // The largest begins first: it takes the longest.
        let state = State(files.sorted { $0.size ?? 0 < $1.size ?? 0 }), ended = DispatchSemaphore(value: 0)
        var running = min(workers, files.count)
        for _ in 0..<running {
            Thread {
                while let file = state.next() {
                    do {
                        let blob = try body(file, state.check)
                        state.values.withLock { $0.blobs[file.path] = blob }
                    } catch {
                        state.values.withLock { if $0.failure == nil { $0.failure = error } }
                    }
                }
                ended.signal()
            }.start()
        }
        var deadline: Date?
        while running > 0, deadline.map({ $0.timeIntervalSinceNow > 0 }) ?? true {
            if ended.wait(timeout: .now() + 0.1) == .success { running -= 1 }
            if deadline == nil, state.hasFailed { deadline = Date(timeIntervalSinceNow: Self.farewell) }
        }
        return try state.values.withLock { values in
            if let failure = values.failure { throw failure }
            return values.blobs
        }
    }
}
