import ArgumentParser
import Evaluation
import Files
import Foundation
import Imaging

/// Options for requests to a chat service: concurrency, timeout, retries.
struct ChatOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Concurrent requests.", valueName: "n"))
    var parallel = 8

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Seconds without a response before a request is given up; a whole answer may take ten times that.", valueName: "s"))
    var timeout = 120.0

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Retries of a request that was temporarily refused or got no answer: after 1 s, 2 s, 4 s ..., or as the service says.",
        valueName: "n"))
    var retries = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("Upper bound on the number of requests. Default: none.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        guard timeout > 0, timeout <= 86400 else { throw ValidationError("--timeout \(timeout): expected more than 0, at most 86400") }
    }

    var settings: ChatRun.Settings {
        var settings = ChatRun.Settings()
        (settings.parallel, settings.retries, settings.limit) = (parallel, retries, limit)
        return settings
    }

    /// - Parameters:
    ///   - keyFile: file with the key; nil to use the environment variable.
    ///   - role: the service's name in messages.
    /// - Throws: `InputError` for an invalid address, or a key that cannot be read.
    func endpoint(_ base: String, model: String, keyFile: String?, variable: String, role: String) throws -> ChatEndpoint {
        try settings.validate()
        return try ChatEndpoint(
            base: base, model: model, key: Self.key(keyFile, variable), timeout: timeout, connections: parallel, role: role)
    }

    private static func key(_ path: String?, _ variable: String) throws -> String? {
        guard let path else { return ProcessInfo.processInfo.environment[variable] }
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file") }
        let key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty, !key.contains(where: \.isNewline) else {
            throw InputError(.invalid, path, found: "no key", expected: "one line with the key")
        }
        return key
    }
}

/// Reports a run's events on stderr, and ends it when the user asks.
struct ChatProgress {
    let stop: StopRequest
    let line: StatusLine
    /// Names of the service and of its answers.
    let role: String
    let answers: String
    let quiet: Bool
    private var told = ""

    init(_ stop: StopRequest, role: String, answers: String, quiet: Bool) {
        (self.stop, self.role, self.answers, self.quiet) = (stop, role, answers, quiet)
        line = StatusLine(quiet: quiet)
    }

    /// - Throws: `ExitCode.interrupted` if the user wants to stop.
    mutating func show(_ progress: ChatRun.Progress) throws {
        try stop.check()
        switch progress {
        case .answered(let done, let all): line.show("\(answers): \(done) of \(all)")
        // Concurrent requests are refused for the same reason.
        case .retry(let words) where words != told && !quiet:
            told = words
            Console.notice("\(role): \(words)")
        case .retry, .waiting: break
        }
    }
}
