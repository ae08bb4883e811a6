import ArgumentParser
import Evaluation
import Files
import Foundation
import Imaging

/// The way a chat service is asked: how much at a time, and how patiently.
struct ChatOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Requests at a time.", valueName: "n"))
    var parallel = 8

    @Option(parsing: .unconditional, help: ArgumentHelp("Seconds without a sign of the service.", valueName: "s"))
    var timeout = 120.0

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Tries after the first of a request that was refused for now or got no answer: after 1 s, 2 s, 4 s ..., or when the service says.",
        valueName: "n"))
    var retries = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("Most requests. Default: any number.", valueName: "n"))
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
    ///   - keyFile: file with the key; nil to take it from a variable of the environment.
    ///   - role: what messages call the service.
    /// - Throws: `InputError` for an address that is none, or a key that cannot be read.
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

/// Tells of a run's events on stderr, and ends it when the user wants that.
struct ChatProgress {
    let stop: StopRequest
    let line: StatusLine
    /// Word for the service, and for what it gives.
    let role: String
    let answers: String
    let quiet: Bool
    private var told = ""

    init(_ stop: StopRequest, role: String, answers: String, quiet: Bool) {
        (self.stop, self.role, self.answers, self.quiet) = (stop, role, answers, quiet)
        line = StatusLine(quiet: quiet)
    }

    /// - Throws: `ExitCode.interrupted` once the user wants the run to end.
    mutating func show(_ progress: ChatRun.Progress) throws {
        try stop.check()
        switch progress {
        case .answered(let done, let all): line.show("\(answers): \(done) of \(all)")
        // Requests at the same time are refused for the same reason.
        case .retry(let words) where words != told && !quiet:
            told = words
            Console.notice("\(role): \(words)")
        case .retry, .waiting: break
        }
    }
}
