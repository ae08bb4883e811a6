import DAMVideo
import Foundation
import Imaging
import Logging
import Metrics
import ObjectTracking
import ServiceLifecycle
import Synchronization

/// A complete server: the port opens at once, and the models are loaded in the background.
package final class ServerProgram: Sendable {
    /// Models loaded by the caller.
    package struct Models: Sendable {
        let engine: ServerEngine

        /// - Parameter names: by which clients may call the captioning model, the one in answers first.
        package init(_ engine: CaptionEngine, segmentation: SegmentationModel?, detector: ObjectDetector?, names: [String]) {
            self.engine = ServerEngine(
                engine: engine, segmentation: segmentation, detector: detector, modelName: names.first ?? "damvideo",
                modelAliases: Array(names.dropFirst()))
        }
    }

    private let settings: ServerSettings
    private let options: ServerOptions
    private let logger: Logger
    private let load: @Sendable () throws -> Models
    private let metrics = ServerMetrics()
    private let loaded = LoadedRoutes()
    private let models = Mutex<Models?>(nil)
    private let stopping = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Throws: `InputError` for invalid settings.
    package init(
        _ settings: ServerSettings, _ options: ServerOptions, logger: Logger, load: @escaping @Sendable () throws -> Models
    ) throws {
        try settings.check()
        (self.settings, self.options, self.logger, self.load) = (settings, options, logger, load)
    }

    /// Serves requests until `stop`.
    /// - Throws: `InputError` if the models cannot be loaded or the address cannot be bound.
    package func run() async throws {
        MetricsSystem.bootstrap(metrics.factory)
        let status = StatusRoutes(loaded: loaded, metrics: metrics) { [self] in
            guard let models = models.withLock({ $0 }) else { throw LoadedRoutes.loading }
            return models.engine
        }
        let routes: [any ServerRoutes] = [status] + ServerParts.open() + [loaded]
        let server = try Server(routes, settings, metrics: metrics, logger: logger).service { [logger, settings] port in
            logger.notice("listening at http://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(port)")
        }
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: LoadingService(program: self), successTerminationBehavior: .gracefullyShutdownGroup),
            ], logger: Logger(label: "damvideo", factory: { _ in SwiftLogNoOpLogHandler() }))
        group.maximumGracefulShutdownDuration = settings.grace
        let services = ServiceGroup(configuration: group)
        stopping.withLock { $0 = { Task { await services.triggerGracefulShutdown() } } }
        defer { models.withLock { $0 }?.engine.engine.end() }
        do {
            try await services.run()
        } catch is CancellationError {
            // Requests were still open when the grace period ended.
        } catch let error as ServiceGroupError {
            logger.debug("\(error)")
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(.inputOutput, "\(settings.host):\(settings.port): cannot listen: \(error)")
        }
    }

    /// Stops accepting connections, and ends once open requests are done or the grace period is over.
    package func stop() { stopping.withLock { $0 }?() }

    /// Loads the models and runs the background work.
    fileprivate func serve() async throws {
        let load = load, began = ContinuousClock.now
        let models = try await BlockingWork.shared.run { try load() }
        self.models.withLock { $0 = models }
        let parts = try ServerParts(models.engine, options, metrics, logger)
        loaded.open(parts.routes)
        logger.notice("ready: \(models.engine.modelName), loaded in \(Int((ContinuousClock.now - began) / .milliseconds(1))) ms")
        await parts.work()
    }
}

/// The service that loads the models and runs the background work.
private struct LoadingService: Service {
    let program: ServerProgram

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await program.serve()
            // Until the server stops.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
    }
}
