import Foundation
import TestSupport

/// One run of the program, as a user's shell would see it.
struct CommandRun {
    let status: Int32
    let output: Data
    let errors: String

    /// The program that was built with the tests.
    static let executable: URL = {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "damvideo")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return Fixtures.root.appending(path: ".build/release/damvideo")
    }()

    /// - Parameters:
    ///   - environment: set besides the test's own.
    ///   - interruptingAfter: text on stderr upon which the program gets a signal.
    ///   - signal: which.
    ///   - action: what is done then instead.
    ///   - errorsAreRead: whether there is a reader of stderr; without one nothing is known of it.
    ///   - input: what it reads from stdin.
    ///   - executable: the program itself.
    ///   - fileLimit: 512-byte blocks that a file may have; nil for none.
    ///   - isFileLimitFatal: whether the system ends the program in the midst of writing a larger one, or refuses.
    init(
        _ arguments: [String], environment: [String: String] = [:], interruptingAfter trigger: String? = nil,
        signal: Int32 = SIGINT, action: (() throws -> Void)? = nil, errorsAreRead: Bool = true, input: Data? = nil, executable: URL = Self.executable, fileLimit: Int? = nil,
        isFileLimitFatal: Bool = true
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
        // Files take any amount of output without anybody reading along.
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

    /// Starts a process as an interactive shell does. A child inherits the signals that are blocked, as in threads of a test, and
    /// those that are ignored, as SIGINT is in whatever a script runs in the background.
    static func start(_ process: Process) throws {
        signal(SIGINT, SIG_DFL)
        var none = sigset_t(), own = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try process.run()
    }

    var text: String { String(decoding: output, as: UTF8.self) }

    /// What was said on stderr, line by line.
    var lines: [String] { errors.split(separator: "\n").map(String.init) }
}
