import Synchronization

/// Paths that need the models; answered with 503 until they are loaded.
final class LoadedRoutes: ServerRoutes {
    private let routes = Mutex<[any ServerRoutes]?>(nil)

    /// True once requests are answered.
    var isReady: Bool { routes.withLock { $0 != nil } }

    /// Starts to answer requests.
    func open(_ routes: [any ServerRoutes]) { self.routes.withLock { $0 = routes } }

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        guard let routes = routes.withLock({ $0 }) else { throw Self.loading }
        for part in routes {
            if let response = try await part.respond(to: request) { return response }
        }
        return nil
    }

    static let loading = APIError(503, "the model is being loaded", code: "loading", retryAfter: 5)
}
