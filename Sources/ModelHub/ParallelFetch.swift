import Foundation
import Imaging
import Synchronization

/// Downloads files concurrently. The first failure ends all downloads.
struct ParallelFetch {
    /// Seconds for the other downloads to end after a failure, as one that waits for a server may take long.
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

    /// - Parameter body: downloads a file, calls its argument regularly, and returns the name of the blob.
    /// - Returns: blobs by file path.
    /// - Throws: the first error of `body`.
    func run(
        _ files: [HubListing.File], _ body: @escaping @Sendable (HubListing.File, () throws -> Void) throws -> String
    ) throws -> [String: String] {
        // The largest file is started first, because it takes longest.
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
