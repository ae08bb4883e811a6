import ArgumentParser
import DAMVideo
import Files
import Foundation
import Imaging

extension ExitCode {
    /// Some tracks failed, the rest are written.
    static let someTracksFailed = ExitCode(3)
    /// Finished tracks are written.
    static let interrupted = ExitCode(130)
    /// The machine was taken away: finished tracks are written, and the same call with --resume does the others (sysexits'
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

/// Runs a command's work; an error becomes one line on stderr and its exit code.
func reportingErrors(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        if !(error is ExitCode) { Console.notice("error: \(error)") }
        throw ExitCode(error)
    }
}

/// Results go to stdout, all else to stderr.
enum Console {
    static func notice(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data("damvideo: \(PlainText.line(line.withReadablePaths))\n".utf8))
    }

    /// Empties the terminal's line and goes to its start.
    static func clearLine() {
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1b}[K".utf8))
    }

    /// - Throws: `InputError` of category `inputOutput` when nobody takes it.
    static func result(_ data: Data) throws { try StandardOutput.write(data) }

    static func result(_ text: String) throws { try result(Data(PlainText.lines(text.withReadablePaths).utf8)) }

    /// JSON with its keys in order, for machines.
    static func result(json value: some Encodable) throws { try result(json(value)) }

    /// The text that `result(json:)` prints.
    static func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try ReadableJSON.data(encoder.encode(value)) + Data("\n".utf8)
    }
}

extension JobFailures {
    /// - Throws: the exit code: the worst failure's when nothing was written, 3 when something was.
    func end() throws {
        let codes = errors.map { ExitCode($0) }
        if written == 0, let worst = codes.max(by: { $0.rawValue < $1.rawValue }) { throw worst }
        if someTracksFailed || !codes.isEmpty { throw ExitCode.someTracksFailed }
    }
}
