import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as a call on a thread of its own: the work in progress can take a minute to its next pause.
public final class Interruption: Sendable {
    private let action: Mutex<@Sendable () -> Void>

    /// Takes over both signals for the whole process. Threads started later inherit the mask, so this comes before any work.
    /// - Parameter action: called at each signal, on a thread of its own.
    public init(_ action: @escaping @Sendable () -> Void) {
        self.action = Mutex(action)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Thread { [self, signals] in
            while true {
                var signal: Int32 = 0
                withUnsafePointer(to: signals) { _ = sigwait($0, &signal) }
                self.action.withLock { $0 }()
            }
        }.start()
    }

    /// Sets the action for signals from here on.
    public func handle(_ action: @escaping @Sendable () -> Void) { self.action.withLock { $0 = action } }
}
