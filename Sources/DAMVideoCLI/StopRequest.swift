import ArgumentParser
import DAMVideo
import Foundation
import Synchronization

/// Ctrl-C as a question that a command asks between the steps of its work, to leave nothing half done. Once that work is
/// over, it ends the program.
final class StopRequest: Sendable {
    private let isMade = Atomic(false)
    private let isOver = Atomic(false)

    /// Takes over SIGINT and SIGTERM; comes before any work.
    init() {
        let interruption = Interruption()
        interruption.handle { [self] in
            guard isOver.load(ordering: .relaxed) else { return isMade.store(true, ordering: .relaxed) }
            Console.notice("interrupted")
            // Not exit(): other threads are still computing, and nothing they use may be torn down under them.
            _exit(ExitCode.interrupted.rawValue)
        }
    }

    /// Ends the work that asks: from here on a signal ends the program.
    func finish() { isOver.store(true, ordering: .relaxed) }

    /// - Throws: `ExitCode.interrupted` when it was made, having said so.
    func check() throws {
        guard isMade.load(ordering: .relaxed) else { return }
        Console.notice("interrupted")
        throw ExitCode.interrupted
    }
}
