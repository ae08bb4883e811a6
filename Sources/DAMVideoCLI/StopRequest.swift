import ArgumentParser
import DAMVideo
import Files
import Foundation
import Synchronization

/// Ctrl-C as a flag that a command checks between steps, so that no step is left half done. After the work, Ctrl-C ends the
/// program.
final class StopRequest: Sendable {
    private let state = State()

    private final class State: Sendable {
        let isMade = Atomic(false)
        let isOver = Atomic(false)
        let isPreemption = Atomic(false)
    }

    /// - Parameter isPreemptible: true if SIGTERM means that the work continues elsewhere.
    init(isPreemptible: Bool = false) {
        let state = state
        Program.interruption.handle { cause in
            let isPreemption = isPreemptible && GraceOptions.isPreemption(cause), code = isPreemption ? ExitCode.preempted : nil
            guard case .signal = cause, !state.isOver.load(ordering: .relaxed) else { Program.end(cause, code: code) }
            state.isPreemption.store(isPreemption, ordering: .relaxed)
            state.isMade.store(true, ordering: .sequentiallyConsistent)
        }
    }

    /// Marks the work as done: from now on a signal ends the program.
    func finish() { state.isOver.store(true, ordering: .relaxed) }

    /// - Throws: `ExitCode.interrupted` or `ExitCode.preempted`, after printing a notice, if a signal came.
    func check() throws {
        guard state.isMade.load(ordering: .sequentiallyConsistent) else { return }
        Console.notice("interrupted")
        throw state.isPreemption.load(ordering: .relaxed) ? ExitCode.preempted : ExitCode.interrupted
    }
}
