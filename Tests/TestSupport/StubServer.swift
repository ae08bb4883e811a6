import Foundation
import Synchronization

/// A local web server whose answers are defined by a test.
package final class StubServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        /// Keyed by lowercase name.
        package let headers: [String: String]
        package let body: Data
    }

    package struct Response: Sendable {
        package var status = 200
        package var headers: [String: String] = [:]
        package var body: Data
        /// Closes the connection without an answer.
        package var isDropped = false
        /// Bytes of the body to send before closing the connection; nil for all.
        package var cut: Int?

        package init(status: Int = 200, headers: [String: String] = [:], body: String) {
            self.init(status: status, headers: headers, data: Data(body.utf8))
        }

        package init(status: Int = 200, headers: [String: String] = [:], data: Data) {
            (self.status, self.headers, body) = (status, headers, data)
        }
    }

    package struct SetupError: Error {}

    private let socket: Int32
    package let port: Int
    private let respond: @Sendable (Request) -> Response
    private let served = Mutex<[Request]>([])

    /// Requests so far.
    package var requests: [Request] { served.withLock { $0 } }

    /// - Parameter respond: called on each connection's thread.
    package init(_ respond: @escaping @Sendable (Request) -> Response) throws {
        self.respond = respond
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { [socket] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound else { throw SetupError() }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept() }.start()
    }

    /// Base URL in the form of OpenAI's API.
    package var base: String { "http://127.0.0.1:\(port)/v1" }

    package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let connection = Foundation.accept(socket, nil, nil)
            guard connection >= 0 else { break }
            Thread { [self] in
                serve(connection)
                close(connection)
            }.start()
        }
        close(socket)
    }

    private func serve(_ connection: Int32) {
        guard let request = read(connection) else { return }
        served.withLock { $0.append(request) }
        let response = respond(request)
        guard !response.isDropped else { return }
        let headers = response.headers.merging(["Content-Length": "\(response.body.count)", "Connection": "close"]) { $1 }
        let head = "HTTP/1.1 \(response.status) Stub\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        let body = request.method == "HEAD" ? Data() : response.body.prefix(response.cut ?? response.body.count)
        var bytes = Array(Data(head.utf8) + body)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private func read(_ connection: Int32) -> Request? {
        var data = Data(), buffer = [UInt8](repeating: 0, count: 65536), needed = Int.max, head: ([String], [String: String], Int)?
        while data.count < needed {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
            if head == nil, let end = data.range(of: Data("\r\n\r\n".utf8)) {
                let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                let pairs = lines.dropFirst().map { line in line.split(separator: ":", maxSplits: 1).map(String.init) }
                let headers = Dictionary(
                    pairs.filter { $0.count == 2 }.map { ($0[0].lowercased(), $0[1].trimmingCharacters(in: .whitespaces)) },
                    uniquingKeysWith: { first, _ in first })
                let words = lines[0].split(separator: " ").map(String.init)
                guard words.count > 1 else { return nil }
                head = (words, headers, end.upperBound)
                needed = end.upperBound + (Int(headers["content-length"] ?? "") ?? 0)
            }
        }
        return head.map { Request(method: $0.0[0], path: $0.0[1], headers: $0.1, body: Data(data[$0.2...])) }
    }
}
