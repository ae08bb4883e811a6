import ArgumentParser
import DAMVideo
import Foundation
import Synchronization

/// On Ctrl-C writes what is finished and ends the program, at once: the work in progress can take a minute to its next
/// pause, so a thread of its own waits for the signal.
final class Interruption: Sendable {
    private let output: CaptionOutput
    private let clearsLine: Bool
    private let document = Mutex<CaptionDocument?>(nil)

    /// Takes over SIGINT and SIGTERM. Threads started later inherit the mask, so this comes before any work.
    /// - Parameter clearsLine: whether the terminal's line holds a progress bar.
    init(_ output: CaptionOutput, clearsLine: Bool) {
        self.output = output
        self.clearsLine = clearsLine
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread { [self] in
            var signal: Int32 = 0
            withUnsafePointer(to: awaited) { _ = sigwait($0, &signal) }
            stop()
        }.start()
    }

    /// What would be written now.
    func update(_ document: CaptionDocument) {
        self.document.withLock { $0 = document }
    }

    /// The document is about to be written whole: an interruption from now on writes nothing.
    func end() {
        document.withLock { $0 = nil }
    }

    private func stop() -> Never {
        // The lock is kept: nothing may follow what is written here.
        document.withLock { document in
            if clearsLine { Console.clearLine() }
            if var finished = document {
                finished.errors.append(
                    CaptionDocument.Problem(
                        track: nil, code: "interrupted", message: "interrupted after \(finished.tracks.count) tracks"))
                do {
                    try output.write(finished)
                    Console.notice("interrupted; \(finished.tracks.count) finished tracks are written")
                } catch {
                    Console.notice("interrupted; \(error)")
                }
            } else {
                Console.notice("interrupted")
            }
            // Not exit(): other threads are still computing, and nothing they use may be torn down under them.
            _exit(ExitCode.interrupted.rawValue)
        }
    }
}
