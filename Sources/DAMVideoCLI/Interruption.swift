import ArgumentParser
import Foundation
import Synchronization

/// On Ctrl-C writes what is finished and ends the program, at once: the work in progress can take a minute to its next
/// pause, so a thread of its own waits for the signal.
final class Interruption: Sendable {
    /// What takes the captions and pictures of the clip at work.
    private let output = Mutex<(captions: CaptionOutput, pictures: PictureFiles)?>(nil)

    /// Takes over SIGINT and SIGTERM. Threads started later inherit the mask, so this comes before any work.
    /// - Parameter clearsLine: whether the terminal's line holds a progress bar.
    init(clearsLine: Bool) {
        let signals = Self.block()
        Thread { [self] in
            Self.wait(for: signals)
            stop(clearsLine: clearsLine)
        }.start()
    }

    /// Keeps SIGINT and SIGTERM from ending the program.
    static func block() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }

    /// Returns when one of them comes.
    static func wait(for signals: sigset_t) {
        var signal: Int32 = 0
        withUnsafePointer(to: signals) { _ = sigwait($0, &signal) }
    }

    /// From here on it is this output that is completed; those before it are.
    func watch(_ captions: CaptionOutput, _ pictures: PictureFiles) {
        output.withLock { $0 = (captions, pictures) }
    }

    private func stop(clearsLine: Bool) -> Never {
        if clearsLine { Console.clearLine() }
        do {
            let output = output.withLock { $0 }
            output?.pictures.discard()
            let finished = try output?.captions.interrupt()
            Console.notice("interrupted" + (finished.map { "; \($0) finished tracks are written" } ?? ""))
        } catch {
            Console.notice("interrupted; \(error)")
        }
        // Not exit(): other threads are still computing, and nothing they use may be torn down under them.
        _exit(ExitCode.interrupted.rawValue)
    }
}
