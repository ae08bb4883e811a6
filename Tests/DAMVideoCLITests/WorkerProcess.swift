import Foundation
import TestSupport

/// A worker process driven line by line.
final class WorkerProcess {
    let process = Process()
    private let input = Pipe(), output = Pipe(), errors = Pipe()
    private var pending = Data()

    init(_ arguments: [String] = []) throws {
        process.executableURL = CommandRun.executable
        process.arguments = ["worker", "--model", Fixtures.model(.damA), "--quiet"] + arguments
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try CommandRun.start(process)
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func send(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    func endInput() throws { try input.fileHandleForWriting.close() }

    func closeOutput() throws { try output.fileHandleForReading.close() }

    /// The next line as JSON; nil after the last.
    func next() throws -> [String: Any]? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(pending[..<end])
                pending = Data(pending[(end + 1)...])
                return try JSONSerialization.jsonObject(with: line) as? [String: Any]
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            pending += more
        }
    }

    /// All lines to the end, and the exit code.
    func rest() throws -> (lines: [[String: Any]], status: Int32) {
        var lines: [[String: Any]] = []
        while let line = try next() { lines.append(line) }
        process.waitUntilExit()
        return (lines, process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
    }
}

/// A job as a line of JSON.
func job(_ id: String, _ work: String, _ value: [String: Any], _ more: [String: Any] = [:]) throws -> String {
    let object = more.merging(["id": id, work: value]) { $1 }
    return String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
}

extension [String: Any] {
    /// Category and code of an error line.
    var failure: String? {
        (self["error"] as? [String: Any]).map { "\($0["category"] ?? "") \($0["code"] ?? "")" }
    }
}
