import Foundation
import NIOCore
import NIOHTTP1

/// Writes responses to one connection. A client that stops reading is disconnected.
struct ResponseWriter: Sendable {
    /// Outcome of a response.
    struct Sent {
        let status: Int
        var bytes = 0
        /// False if the client disconnected or was too slow.
        var isWhole = true
    }

    private let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    private let channel: any Channel
    private let limits: ServerLimits

    init(_ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, _ channel: any Channel, _ limits: ServerLimits) {
        (self.outbound, self.channel, self.limits) = (outbound, channel, limits)
    }

    /// Sends `100 Continue` to a client that waits for it.
    func askForBody() async throws { try await write(.head(HTTPResponseHead(version: .http1_1, status: .continue))) }

    /// - Parameters:
    ///   - request: nil for an invalid request.
    ///   - parts: the connection's parts; an event stream ends when the client disconnects.
    func write(_ response: ServerResponse, for request: HTTPRequestHead?, keepsOpen: Bool, until parts: RequestParts) async -> Sent {
        do {
            let body = try await OutgoingBody(response, for: request)
            var sent = Sent(status: body.status)
            do {
                try await write(.head(head(body, request, keepsOpen: keepsOpen)))
                if request?.method != .HEAD { try await write(body, until: parts, counting: &sent.bytes) }
                try await write(.end(nil))
            } catch {
                sent.isWhole = false
                channel.close(promise: nil)
            }
            return sent
        } catch {
            return await write(Responder.response(to: APIError(error)), for: request, keepsOpen: keepsOpen, until: parts)
        }
    }

    private func head(_ body: OutgoingBody, _ request: HTTPRequestHead?, keepsOpen: Bool) -> HTTPResponseHead {
        var headers = HTTPHeaders()
        for (name, value) in body.headers.sorted(by: { $0.key < $1.key }) { headers.add(name: name, value: value.asHeaderValue) }
        headers.replaceOrAdd(name: "date", value: HTTPDate.text(Date()))
        headers.replaceOrAdd(name: "x-content-type-options", value: "nosniff")
        headers.replaceOrAdd(name: "referrer-policy", value: "no-referrer")
        if !headers.contains(name: "cache-control") { headers.add(name: "cache-control", value: "no-store") }
        if !keepsOpen { headers.replaceOrAdd(name: "connection", value: "close") }
        if let length = body.length, body.status >= 200, body.status != 204, body.status != 304 {
            headers.replaceOrAdd(name: "content-length", value: String(length))
        }
        let isOld = request?.version == .http1_0
        return HTTPResponseHead(version: isOld ? .http1_0 : .http1_1, status: HTTPResponseStatus(statusCode: body.status), headers: headers)
    }

    private func write(_ body: OutgoingBody, until parts: RequestParts, counting bytes: inout Int) async throws {
        switch body.content {
        case .none: break
        case .data(let data):
            bytes = data.count
            if !data.isEmpty { try await write(.body(.byteBuffer(ByteBuffer(bytes: data)))) }
        case .file(let file):
            while let part = try await file.next() {
                bytes += part.count
                try await write(.body(.byteBuffer(ByteBuffer(bytes: part))))
            }
        case .events(let events): bytes = try await write(events, until: parts)
        }
    }

    /// Writes events until there are no more, or the client disconnects.
    private func write(_ events: AsyncStream<ServerEvent>, until parts: RequestParts) async throws -> Int {
        let writing = Task {
            var bytes = 0
            for await event in events {
                let text = event.text
                bytes += text.utf8.count
                try await write(.body(.byteBuffer(ByteBuffer(string: text))))
            }
            try Task.checkCancellation()
            return bytes
        }
        let heartbeat = Task {
            // A disconnected client is also noticed by failing writes.
            defer { writing.cancel() }
            while true {
                try await Task.sleep(for: limits.heartbeat)
                try await write(.body(.byteBuffer(ByteBuffer(string: ": \n\n"))))
            }
        }
        defer { heartbeat.cancel() }
        parts.whenEnded { writing.cancel() }
        defer { parts.whenEnded(nil) }
        return try await withTaskCancellationHandler { try await writing.value } onCancel: { writing.cancel() }
    }

    private func write(_ part: HTTPServerResponsePart) async throws {
        let channel = channel
        let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(limits.write)) { channel.close(promise: nil) }
        defer { alarm.cancel() }
        try await outbound.write(part)
    }
}

extension String {
    /// The text without characters that would end a header line.
    fileprivate var asHeaderValue: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
