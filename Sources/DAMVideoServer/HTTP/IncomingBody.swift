import Foundation
import NIOCore
import NIOHTTP1

/// The incoming body of one request. Used by one task at a time.
actor IncomingBody {
    private let parts: RequestParts
    private let loop: any EventLoop
    private let writer: ResponseWriter
    private let limits: ServerLimits
    /// True while the client waits for `100 Continue`.
    private var isExpected: Bool
    private var isAtEnd = false
    private var bytes = 0
    private var began: ContinuousClock.Instant?

    nonisolated let declaredLength: Int?

    init(_ head: HTTPRequestHead, _ parts: RequestParts, _ loop: any EventLoop, _ writer: ResponseWriter, _ limits: ServerLimits) {
        (self.parts, self.loop, self.writer, self.limits) = (parts, loop, writer, limits)
        isExpected = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        declaredLength = head.headers.first(name: "content-length").flatMap { Int($0) }
    }

    /// The next bytes; nil at the end.
    /// - Throws: `APIError` 408 for a client that is too slow, 400 for a truncated or malformed body.
    func next() async throws -> Data? {
        if isAtEnd { return nil }
        if isExpected {
            isExpected = false
            try await writer.askForBody()
        }
        let start = began ?? .now
        began = start
        switch try await part() {
        case .body(let buffer):
            bytes += buffer.readableBytes
            let time = ContinuousClock.now - start
            guard time < limits.bodyPause || Double(bytes) / (time / .seconds(1)) > Double(limits.bodyRate) else { throw Self.tooSlow }
            return Data(buffer.readableBytesView)
        case .end, .head:
            isAtEnd = true
            return nil
        }
    }

    private func part() async throws -> HTTPServerRequestPart {
        do {
            return try await parts.next(within: limits.bodyPause, on: loop)
        } catch RequestParts.Ending.timedOut {
            throw Self.tooSlow
        } catch RequestParts.Ending.malformed(let error) {
            throw APIError(error)
        } catch {
            throw APIError(400, "found a request that ends early", code: "cut_request")
        }
    }

    private static let tooSlow = APIError(408, "found no more of the body in time", code: "body_timeout")

    /// Reads a short remainder that has already arrived.
    /// - Returns: true if the body is complete.
    func finish() async -> Bool {
        if isExpected { return false }
        let began = ContinuousClock.now, before = bytes
        while !isAtEnd, bytes - before < 1 << 16, ContinuousClock.now - began < .milliseconds(200) {
            guard let part = try? await parts.next(within: .milliseconds(200), on: loop) else { return false }
            if case .body(let buffer) = part { bytes += buffer.readableBytes } else { isAtEnd = true }
        }
        return isAtEnd
    }
}
