import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// An accepted connection with its channel handlers.
struct OpenConnection: ServerChildChannelValue {
    let parts: RequestParts
    let stream: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    var channel: any Channel { stream.channel }
}

/// Sets up the HTTP pipeline of accepted connections and has a `Responder` answer requests.
struct ConnectionChannel: ServerChildChannel {
    let responder: Responder
    let limits: ServerLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<OpenConnection> {
        channel.eventLoop.makeCompletedFuture {
            let parts = RequestParts(), pipeline = channel.pipeline.syncOperations
            var decoding = NIOHTTPDecoderLimitConfiguration()
            decoding.maxHeaderFieldSize = limits.headerBytes
            decoding.maxHeaderListSize = limits.headerBytes
            decoding.maxHeaderFieldCount = limits.headerFields
            // Detects peers that vanished.
            try channel.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
            try pipeline.addHandler(ConnectionWatch(parts))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: true,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
            let stream = try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return OpenConnection(parts: parts, stream: stream)
        }
    }

    func handle(value: OpenConnection, logger: Logger) async {
        await Connection(value, responder, limits).run()
    }
}

/// Forwards to a connection's `RequestParts` what is not part of a request: incoming bytes, and the announcement of a shutdown.
private final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let parts: RequestParts

    init(_ parts: RequestParts) { self.parts = parts }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parts.note(bytes: unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { parts.quiesce() }
        context.fireUserInboundEventTriggered(event)
    }
}
