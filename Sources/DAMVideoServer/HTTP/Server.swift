import HummingbirdCore
import Imaging
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// An HTTP server for some routes.
package struct Server: Sendable {
    private let settings: ServerSettings
    private let responder: Responder
    private let logger: Logger

    /// - Throws: `InputError` for invalid settings.
    init(_ routes: [any ServerRoutes], _ settings: ServerSettings, metrics: ServerMetrics, logger: Logger) throws {
        try settings.check()
        self.settings = settings
        self.logger = logger
        responder = Responder(
            routes: routes, access: AccessRules(key: settings.key, origins: settings.origins, hosts: settings.names + [settings.host]),
            logger: logger, metrics: metrics)
    }

    /// A service that listens until a graceful shutdown: it then accepts no more connections, and ends after the open requests.
    /// - Parameter onStart: called with the port.
    func service(onStart: @escaping @Sendable (Int) -> Void) -> any Service {
        ConnectionChannel(responder: responder, limits: settings.limits).server(
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.limits.connections, logger: quiet)),
            onServerRunning: { onStart($0.localAddress?.port ?? settings.port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    }

    /// A logger for the framework, whose messages do not concern users.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
