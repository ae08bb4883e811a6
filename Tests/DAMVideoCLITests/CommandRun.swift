import Foundation
import TestSupport

/// One run of the program, as seen by a user's shell.
struct CommandRun {
    let status: Int32
    let output: Data
    let errors: String

    /// The program built with the tests.
    static let executable: URL = {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "damvideo")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return Fixtures.root.appending(path: ".build/release/damvideo")
    }()

    /// - Parameters:
    ///   - environment: variables in addition to the test's own.
    ///   - interruptingAfter: text on stderr after which the program gets a signal.
    ///   - signal: the signal to send.
    ///   - action: called instead of sending a signal.
    ///   - errorsAreRead: false to leave stderr without a reader; nothing is then known of it.
    ///   - input: contents of stdin.
    ///   - executable: the program to run.
    ///   - fileLimit: limit on file sizes in 512-byte blocks; nil for none.
    ///   - isFileLimitFatal: true if exceeding the limit kills the program, false if the write fails.
    init(
        _ arguments: [String], environment: [String: String] = [:], interruptingAfter trigger: String? = nil,
        signal: Int32 = SIGINT, action: (() throws -> Void)? = nil, errorsAreRead: Bool = true, input: Data? = nil,
        executable: URL = Self.executable, fileLimit: Int? = nil, isFileLimitFatal: Bool = true
    ) throws {
        let process = Process()
        if let fileLimit {
            process.executableURL = URL(filePath: "/bin/sh")
            let trap = isFileLimitFatal ? "" : "trap '' XFSZ; "
            process.arguments =
                ["-c", "ulimit -c 0; \(trap)ulimit -f \(fileLimit); exec \"$@\"", "sh", executable.path] + arguments
        } else {
            process.executableURL = executable
            process.arguments = arguments
        }
        var inherited = ProcessInfo.processInfo.environment
        for variable in ["DAMVIDEO_MODEL", "DAMVIDEO_SAM"] { inherited[variable] = nil }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files accept any amount of output without a reader.
        let folder = FileManager.default.temporaryDirectory.appending(path: "damvideo-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let out = folder.appending(path: "out"), error = folder.appending(path: "err")
        if let input {
            let file = folder.appending(path: "in")
            try input.write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        for file in [out, error] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: error)
        let unread = Pipe()
        if !errorsAreRead {
            try unread.fileHandleForReading.close()
            process.standardError = unread.fileHandleForWriting
        }
        try Self.start(process)
        while let trigger, process.isRunning {
            if String(decoding: try Data(contentsOf: error), as: UTF8.self).contains(trigger) {
                if let action { try action() } else { kill(process.processIdentifier, signal) }
                break
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = try Data(contentsOf: out)
        errors = String(decoding: try Data(contentsOf: error), as: UTF8.self)
    }

    /// Starts a process with no signals blocked or ignored, as an interactive shell does: test threads block some, a script's
    /// background jobs ignore SIGINT, and a child inherits both.
    static func start(_ process: Process) throws {
        signal(SIGINT, SIG_DFL)
        var none = sigset_t(), own = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try process.run()
    }

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Lines of stderr.
    var lines: [String] { errors.split(separator: "\n").map(String.init) }
}
