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
        let isPreemption = Atomic(false)
    }

    /// - Parameter isPreemptible: whether SIGTERM means that the work is done elsewhere.
    init(isPreemptible: Bool = false) {
        let state = state
        Program.interruption.handle { cause in
            let isPreemption = isPreemptible && GraceOptions.isPreemption(cause), code = isPreemption ? ExitCode.preempted : nil
            guard case .signal = cause, !state.isOver.load(ordering: .relaxed) else { Program.end(cause, code: code) }
            state.isPreemption.store(isPreemption, ordering: .relaxed)
            state.isMade.store(true, ordering: .sequentiallyConsistent)
        }
    }

    /// Ends the work that asks: from here on a signal ends the program.
    func finish() { state.isOver.store(true, ordering: .relaxed) }

    /// - Throws: `ExitCode.interrupted` or `ExitCode.preempted` when it was made, having said so.
    func check() throws {
        guard state.isMade.load(ordering: .sequentiallyConsistent) else { return }
        Console.notice("interrupted")
        throw state.isPreemption.load(ordering: .relaxed) ? ExitCode.preempted : ExitCode.interrupted
    }
}
