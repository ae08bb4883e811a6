import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import DAMVideoServer

/// A server on a local port for the duration of a test.
enum RunningServer {
    /// - Parameter body: called with the port.
    static func with(
        _ routes: [any ServerRoutes], _ settings: ServerSettings = ServerSettings(), log: LineLog = LineLog(),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        var settings = settings
        settings.port = 0
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = try Server(routes, settings, metrics: ServerMetrics(), logger: Logger(label: "test") { _ in log })
        let service = server.service { continuation.yield($0) }
        var group = ServiceGroupConfiguration(services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        group.maximumGracefulShutdownDuration = settings.grace
        let services = ServiceGroup(configuration: group)
        let running = Task { try await services.run() }
        var ended: (any Error)?
        for await port in ports {
            do { try await body(port) } catch { ended = error }
            break
        }
        await services.triggerGracefulShutdown()
        _ = await running.result
        if let ended { throw ended }
    }
}

/// Logged lines.
struct LineLog: LogHandler {
    private final class Lines: Sendable { let all = Mutex<[String]>([]) }

    private let stored = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    var lines: [String] { stored.all.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { stored.all.withLock { $0.append("\(event.message)") } }
}

/// A raw connection to a local port.
final class RawConnection: Sendable {
    private let descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // A test whose answer never comes should fail rather than hang.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(connected == 0)
    }

    deinit { close(descriptor) }

    func send(_ bytes: Data) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) { send(Data(text.utf8)) }

    /// Closes the connection; its descriptor is kept until the end.
    func leave() {
        let nothing = open("/dev/null", O_RDWR)
        dup2(nothing, descriptor)
        close(nothing)
    }

    /// Closes the sending direction.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Bytes received until the server closes the connection, `limit` bytes have come, or `ending` has.
    func received(until ending: String? = nil, limit: Int = 1 << 24) async -> String {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                var data = Data(), buffer = [UInt8](repeating: 0, count: 1 << 16)
                while data.count < limit {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    data += buffer[..<count]
                    if let ending, String(decoding: data, as: UTF8.self).contains(ending) { break }
                }
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }.start()
        }
    }
}
