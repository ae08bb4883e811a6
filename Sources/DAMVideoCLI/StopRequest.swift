import ArgumentParser
import DAMVideo
import Foundation
import Synchronization

/// Ctrl-C as a question that a command asks between the steps of its work, to leave nothing half done. Once that work is
/// over, it ends the program.
final class StopRequest: Sendable {
    private let state = State()

    private final class State: Sendable {
        let isMade = Atomic(false)
        let isOver = Atomic(false)
    }

    /// Takes over SIGINT and SIGTERM; comes before any work.
    init() {
        let state = state
        _ = Interruption {
            guard state.isOver.load(ordering: .relaxed) else { return state.isMade.store(true, ordering: .relaxed) }
            Console.notice("interrupted")
            // Not exit(): other threads are still computing, and nothing they use may be torn down under them.
            _exit(ExitCode.interrupted.rawValue)
        }
    }

    /// Ends the work that asks: from here on a signal ends the program.
    func finish() { state.isOver.store(true, ordering: .relaxed) }

    /// - Throws: `ExitCode.interrupted` when it was made, having said so.
    func check() throws {
        guard state.isMade.load(ordering: .relaxed) else { return }
        Console.notice("interrupted")
        throw ExitCode.interrupted
    }
}
