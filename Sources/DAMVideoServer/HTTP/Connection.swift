import DAMVideo
import Foundation
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection in turn.
struct Connection {
    private let parts: RequestParts
    private let stream: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private let responder: Responder
    private let limits: ServerLimits
    private let caller = EngineCaller()

    /// Upper bound on the bytes of an unwanted body to read, so that the client sees the answer before the connection closes.
    private static let mostDrained = 4 << 20

    init(_ connection: OpenConnection, _ responder: Responder, _ limits: ServerLimits) {
        (parts, stream, self.responder, self.limits) = (connection.parts, connection.stream, responder, limits)
    }

    func run() async {
        try? await stream.executeThenClose { inbound, outbound in
            let reading = Task { await read(inbound) }
            let writer = ResponseWriter(outbound, stream.channel, limits)
            await withTaskCancellationHandler {
                var isFirst = true
                while await exchange(writer, isFirst: isFirst) { isFirst = false }
                outbound.finish()
                await drain(within: .seconds(2))
            } onCancel: {
                // The grace period is over.
                parts.end(.left)
                stream.channel.close(promise: nil)
            }
            reading.cancel()
            parts.end(.left)
        }
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>) async {
        do {
            for try await part in inbound { await parts.give(part) }
            parts.end(.left)
        } catch let error as HTTPParserError {
            parts.end(.malformed(error))
        } catch {
            parts.end(.left)
        }
    }

    /// Answers one request.
    /// - Returns: true if the connection can be reused.
    private func exchange(_ writer: ResponseWriter, isFirst: Bool) async -> Bool {
        do {
            let part = try await parts.next(within: isFirst ? limits.head : limits.idle, on: stream.channel.eventLoop)
            guard case .head(let head) = part else { return false }
            return await answer(head, writer)
        } catch RequestParts.Ending.malformed(let error) {
            await refuse(APIError(error), writer)
        } catch RequestParts.Ending.timedOut where parts.isWithinRequest {
            await refuse(APIError(408, "found no complete head of a request in time"), writer)
        } catch {}
        return false
    }

    private func answer(_ head: HTTPRequestHead, _ writer: ResponseWriter) async -> Bool {
        let began = ContinuousClock.now, tally = RequestTally(), body = IncomingBody(head, parts, stream.channel.eventLoop, writer, limits)
        let responder = responder, caller = caller
        let work = Task {
            await RequestTally.$current.withValue(tally) { await responder.response(to: head, body: body, client: caller) }
        }
        // The answer is written anyway: a client that closed its sending direction may still be reading.
        parts.whenEnded { work.cancel() }
        let response = await work.value
        parts.whenEnded(nil)
        // An unread body would be taken for the next request; in HTTP/1.0 a stream ends with the connection.
        let isReusable = head.version != .http1_0 && head.isKeepAlive && !parts.isQuiescing ? await body.finish() : false
        let sent = await writer.write(response, for: head, keepsOpen: isReusable, until: parts)
        responder.log(head, sent, since: began, tally)
        return isReusable && sent.isWhole && !parts.isQuiescing
    }

    /// Answers an invalid request.
    private func refuse(_ error: APIError, _ writer: ResponseWriter) async {
        let sent = await writer.write(Responder.response(to: error), for: nil, keepsOpen: false, until: parts)
        responder.log(nil, sent, since: .now, RequestTally())
    }

    /// Reads on for a while, because closing a socket with unread input would reset the connection before the answer is
    /// delivered.
    private func drain(within time: Duration) async {
        let deadline = ContinuousClock.now + time
        var bytes = 0
        while bytes < Self.mostDrained, ContinuousClock.now < deadline {
            guard let part = try? await parts.next(within: deadline - .now, on: stream.channel.eventLoop) else { return }
            if case .body(let buffer) = part { bytes += buffer.readableBytes }
        }
    }
}

extension APIError {
    /// Converts an HTTP parser error.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow: self.init(431, "found a head of a request that is too large", code: "head_too_large")
        case .invalidEOFState, .closedConnection: self.init(400, "found a request that ends early", code: "cut_request")
        default: self.init(400, "found a request that is not HTTP/1.1 (\(error))", code: "malformed_request")
        }
    }
}
