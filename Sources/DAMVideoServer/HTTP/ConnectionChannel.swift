import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection as the channel's parts come and go.
struct OpenConnection: ServerChildChannelValue {
    let parts: RequestParts
    let stream: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    var channel: any Channel { stream.channel }
}

/// Makes HTTP of what is accepted, and has a `Responder` answer it.
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
            // A peer that vanished without a word is noticed by the system.
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

/// Tells a connection's `RequestParts` what is not part of a request: bytes that come in, and that the server is about to
/// stop.
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
