import ArgumentParser
import DAMVideo
import Files
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

    init() {
        let state = state
        Program.interruption.handle { cause in
            guard cause == .signal, !state.isOver.load(ordering: .relaxed) else { Program.end(cause) }
            state.isMade.store(true, ordering: .relaxed)
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
