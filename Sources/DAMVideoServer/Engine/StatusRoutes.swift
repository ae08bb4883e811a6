import DAMVideo
import Foundation

/// Health, metrics and properties of the server, for supervisors and other programs.
struct StatusRoutes: ServerRoutes {
    let loaded: LoadedRoutes
    let metrics: ServerMetrics
    /// Throws while the models are loading.
    let engine: @Sendable () throws -> ServerEngine

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        let path = request.path.first == "v1" ? Array(request.path.dropFirst()) : request.path
        guard path.count == 1, ["health", "metrics", "props"].contains(path[0]) else { return nil }
        guard request.method == "GET" else { throw APIError.notAllowed(request.method, allow: ["GET", "HEAD"]) }
        switch path[0] {
        case "health":
            guard loaded.isReady else { throw LoadedRoutes.loading }
            return try .json(["status": "ok"])
        case "metrics":
            if let engine = try? engine() { metrics.waiting(engine.engine.waiting) }
            return ServerResponse(body: .data(Data(metrics.text.utf8), contentType: "text/plain; version=0.0.4; charset=utf-8"))
        default: return try .json(Properties(engine()))
        }
    }

    /// Properties in the format of llama.cpp's server, which clients query.
    private struct Properties: Encodable {
        struct Modalities: Encodable { let vision = true, audio = false }

        struct Settings: Encodable {
            let contextLength: Int

            enum CodingKeys: String, CodingKey { case contextLength = "n_ctx" }
        }

        let settings: Settings
        let slots: Int
        let alias: String
        let modalities = Modalities()
        let build = "damvideo " + CaptionDocument.version

        enum CodingKeys: String, CodingKey {
            case settings = "default_generation_settings"
            case slots = "total_slots"
            case alias = "model_alias"
            case modalities
            case build = "build_info"
        }

        init(_ engine: ServerEngine) {
            settings = Settings(contextLength: engine.contextLength)
            slots = engine.engine.limits.batch ?? CaptionEngine.largestBatch
            alias = engine.modelName
        }
    }
}
