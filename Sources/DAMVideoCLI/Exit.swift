import ArgumentParser
import DAMVideo
import Files
import Foundation
import Imaging

extension ExitCode {
    /// Some tracks failed; the others are written.
    static let someTracksFailed = ExitCode(3)
    /// Finished tracks are written.
    static let interrupted = ExitCode(130)
    /// The machine was taken away: finished tracks are written, and the same command with --resume does the rest (sysexits'
    /// `EX_TEMPFAIL`).
    static let preempted = ExitCode(75)

    /// sysexits(3).
    init(_ category: InputError.Category) {
        self.init(category.exitCode)
    }
}

extension ExitCode {
    /// The exit code of an error that ends a command.
    init(_ error: any Error) {
        switch error {
        case let error as InputError: self.init(error.category)
        case let code as ExitCode: self = code
        default: self.init(70)
        }
    }
}

/// Runs a command's work; an error is printed as one line on stderr and becomes an exit code.
func reportingErrors(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        if !(error is ExitCode) { Console.notice("error: \(error)") }
        throw ExitCode(error)
    }
}

/// Results go to stdout, everything else to stderr.
enum Console {
    static func notice(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data("damvideo: \(PlainText.line(line.withReadablePaths))\n".utf8))
    }

    /// Clears the terminal's line and returns to its start.
    static func clearLine() {
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1b}[K".utf8))
    }

    /// - Throws: `InputError` of category `inputOutput` if writing fails.
    static func result(_ data: Data) throws { try StandardOutput.write(data) }

    static func result(_ text: String) throws { try result(Data(PlainText.lines(text.withReadablePaths).utf8)) }

    /// JSON with sorted keys.
    static func result(json value: some Encodable) throws { try result(json(value)) }

    /// The text that `result(json:)` prints.
    static func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try ReadableJSON.data(encoder.encode(value)) + Data("\n".utf8)
    }
}

extension JobFailures {
    /// - Throws: an exit code: the worst failure's if nothing was written, 3 if something was.
    func end() throws {
        let codes = errors.map { ExitCode($0) }
        if written == 0, let worst = codes.max(by: { $0.rawValue < $1.rawValue }) { throw worst }
        if someTracksFailed || !codes.isEmpty { throw ExitCode.someTracksFailed }
    }
}
