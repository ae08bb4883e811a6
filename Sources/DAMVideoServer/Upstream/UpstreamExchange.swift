import Foundation
import Synchronization

/// One request to an upstream server and its answer, by a curl process that ends when the answer is abandoned.
struct UpstreamExchange: Sendable {
    enum Part: Sendable, Equatable {
        case head(UpstreamHead)
        case data(Data)
    }

    let server: UpstreamServer

    /// Upper bound on concurrent requests, which take a thread each.
    private static let most = 32
    private static let work = BlockingWork("server-upstream", width: most)
    /// Upper bound on an answer's bytes.
    private static let longestAnswer = 64 << 20

    /// Sends a request.
    /// - Returns: the answer's head, then its content; ends with an `APIError` if the answer is incomplete.
    /// - Throws: `APIError` 429 if too many requests are open.
    func parts(_ body: Data) throws -> AsyncThrowingStream<Part, any Error> {
        guard Self.work.count < Self.most else {
            throw APIError(429, "\(Self.most) requests wait for the upstream server, expected fewer", code: "queue_full", retryAfter: 10)
        }
        return AsyncThrowingStream { continuation in
            let gate = ProcessGate()
            continuation.onTermination = { _ in gate.close() }
            Self.work.start {
                do {
                    try run(body, gate) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    private func run(_ body: Data, _ gate: ProcessGate, _ give: (Part) -> Void) throws {
        let process = Process(), input = Pipe(), output = Pipe(), settings = Pipe()
        process.executableURL = URL(filePath: server.program)
        // Arguments are visible to other users, so the configuration with the key is passed by the otherwise unused descriptor 2.
        process.arguments = ["--disable", "--config", "/dev/fd/2"]
        process.environment = Self.environment
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, settings.fileHandleForReading)
        try settings.fileHandleForWriting.write(contentsOf: Data(server.configuration.utf8))
        try settings.fileHandleForWriting.close()
        do { try gate.start(process) } catch let error as CancellationError { throw error } catch {
            throw APIError(500, "curl cannot be started")
        }
        try? settings.fileHandleForReading.close()
        try? input.fileHandleForWriting.write(contentsOf: body)
        try? input.fileHandleForWriting.close()
        let (bytes, hasHead) = try read(output.fileHandleForReading, gate, give)
        process.waitUntilExit()
        let status = process.terminationStatus
        guard status == 0, hasHead else { throw Self.failure(status, hasAnswered: bytes > 0) }
    }

    /// Reads curl's output to its end.
    private func read(_ output: FileHandle, _ gate: ProcessGate, _ give: (Part) -> Void) throws -> (bytes: Int, hasHead: Bool) {
        var start: Data? = Data(), bytes = 0
        defer { gate.end() }
        while let part = try? output.read(upToCount: 1 << 16), !part.isEmpty {
            bytes += part.count
            guard bytes <= Self.longestAnswer else {
                gate.close()
                throw APIError(502, "the upstream server's answer is larger than \(Self.longestAnswer >> 20) MB", code: "upstream_error")
            }
            guard var head = start else {
                give(.data(part))
                continue
            }
            head += part
            start = head
            guard let (found, rest) = UpstreamHead.split(head) else { continue }
            start = nil
            give(.head(found))
            if !rest.isEmpty { give(.data(rest)) }
        }
        return (bytes, start == nil)
    }

    /// The program's proxy and certificate settings.
    private static let environment = ProcessInfo.processInfo.environment.filter { name, _ in
        let name = name.lowercased()
        return name.hasSuffix("_proxy") || name.hasPrefix("ssl_cert_") || name == "curl_ca_bundle"
    }

    /// - Parameter status: curl's exit code; 28 is a timeout, 6 and 7 mean that the server was not reached.
    private static func failure(_ status: Int32, hasAnswered: Bool) -> APIError {
        switch status {
        case 28: APIError(504, "the upstream server was silent for too long", code: "upstream_timeout")
        case 5, 6, 7: APIError(502, "the upstream server cannot be reached", code: "upstream_unreachable")
        case 35, 51, 58, 60, 77: APIError(502, "the upstream server's certificate or TLS cannot be used", code: "upstream_tls")
        default:
            APIError(502, "the upstream server's answer ended \(hasAnswered ? "early" : "before it began")", code: "upstream_error")
        }
    }
}

/// Terminates a process that is no longer needed.
private final class ProcessGate: Sendable {
    private struct State {
        var process: pid_t?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Throws: `CancellationError` if it was cancelled before it started.
    func start(_ process: Process) throws {
        try state.withLock { state in
            if state.isClosed { throw CancellationError() }
            try process.run()
            state.process = process.processIdentifier
        }
    }

    /// Marks the process as ended: its id may be reused afterwards.
    func end() { state.withLock { $0.process = nil } }

    func close() {
        state.withLock { state in
            state.isClosed = true
            if let process = state.process { kill(process, SIGTERM) }
        }
    }
}
