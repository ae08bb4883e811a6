import ArgumentParser
import DAMVideo
import Files
import Foundation

/// Startup and end of the process: signals, standard streams, exit codes.
enum Program {
    /// Handler of signals and memory faults; a command with work to save sets its own action.
    static let interruption = Interruption { end($0) }

    /// Prepares the process: standard streams and signals. Call it before anything else.
    static func begin() {
        // Otherwise the first files opened would become stdin, stdout or stderr.
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // Opened in the wrong direction, so that using it fails as with a closed one.
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
        // Writing to a closed pipe, or beyond a file size limit, is to fail with an error.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        _ = interruption
    }

    /// Ends the process if it cannot start the threads that commands need.
    static func requireThreads() {
        guard threadsCanBegin(ProcessInfo.processInfo.activeProcessorCount + 4) else {
            Console.notice("error: the program's threads cannot be started, expected higher limits (ulimit -u, ulimit -v)")
            _exit(ExitCode(70).rawValue)
        }
    }

    /// True if the system can start this many threads. Waiting for a thread that fails to start would block forever.
    private static func threadsCanBegin(_ count: Int) -> Bool {
        let gate = DispatchSemaphore(value: 0)
        let waiting = Unmanaged.passRetained(gate)
        var threads: [pthread_t] = []
        for _ in 0..<count {
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { argument in
                if let argument { Unmanaged<DispatchSemaphore>.fromOpaque(argument).takeUnretainedValue().wait() }
                return nil
            }, waiting.toOpaque())
            guard failed == 0 else { break }
            threads.append(thread)
        }
        for _ in threads { gate.signal() }
        for thread in threads { pthread_join(thread, nil) }
        waiting.release()
        return threads.count == count
    }

    /// Ends the process at once: the work in progress may not pause for a minute.
    /// - Parameters:
    ///   - saved: what was saved, for the message.
    ///   - code: exit code; nil for that of the cause.
    static func end(_ cause: Interruption.Cause, saved: String? = nil, code: ExitCode? = nil) -> Never {
        let code = code ?? Self.code(cause)
        TemporaryNames.removeAll()
        // Writing the message may block.
        limit(.milliseconds(500), code: code)
        if isatty(STDERR_FILENO) == 1 { Console.clearLine() }
        Console.notice(text(cause) + (saved.map { "; \($0)" } ?? ""))
        // Not exit(): other threads are still computing with objects that it would tear down.
        _exit(code.rawValue)
    }

    /// Ends the process after some time, unless it ends sooner.
    static func limit(_ time: Duration, code: ExitCode) {
        Thread {
            Thread.sleep(forTimeInterval: time / .seconds(1))
            TemporaryNames.removeAll()
            _exit(code.rawValue)
        }.start()
    }

    static func code(_ cause: Interruption.Cause) -> ExitCode {
        switch cause {
        case .signal: .interrupted
        case .fileCut: ExitCode(.unusableModel)
        case .memoryExhausted: ExitCode(70)
        }
    }

    private static func text(_ cause: Interruption.Cause) -> String {
        switch cause {
        case .signal: "interrupted"
        case .fileCut(let path): "error: \(path): the file was truncated while in use"
        case .memoryExhausted(let byteCount):
            "error: out of memory: cannot allocate \(byteCount) bytes; allow more memory or address space (ulimit -v), or do less work "
                + "at a time"
        }
    }

    /// Ends the process with an error of the command line or a command's exit code.
    static func end(_ error: any Error) -> Never {
        let code = DAMVideoCommand.exitCode(for: error)
        guard code == .validationFailure, !(error is ExitCode) else { DAMVideoCommand.exit(withError: error) }
        let words = DAMVideoCommand.message(for: error).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let hint = DAMVideoCommand.fullMessage(for: error).firstMatch(of: /damvideo [a-z ]*--help/).map { " (\($0.0) says more)" }
        Console.notice("error: \(words)\(hint ?? "")")
        _exit(code.rawValue)
    }
}
