import DAMVideo
import Foundation
import Imaging
import Masks

/// All paths below `/api`, as specified in openapi.yaml.
struct ClipRoutes: ServerRoutes {
    /// The queue, which the server runs and stops.
    let jobs: ClipJobs
    let engine: ServerEngine
    let library: ClipLibrary
    let mediaRoot: MediaRoot?
    let uploadLimit: Int
    let live: LiveClips
    let documents: ClipDocuments
    let masks = StoredMasks()
    let pictures = ClipPictures()
    let segmentedFrames = SegmentedFrames()
    let made: MadeFiles
    /// Threads for disk access.
    let work = BlockingWork("clip-requests", width: 4)
    /// Threads for tracking marked objects.
    let following = BlockingWork("clip-objects", width: 2)
    /// Thread for segmenting regions in single frames, so that they need not wait for tracking.
    let segmenting = BlockingWork("clip-regions", width: 1)

    /// Upper bound on objects waiting to be described.
    static let mostDescriptions = 16

    /// - Parameters:
    ///   - mediaRoot: folder of clips that requests may name; nil for none.
    ///   - uploadLimit: upper bound on a body's bytes.
    init(_ engine: ServerEngine, library: ClipLibrary, mediaRoot: MediaRoot?, uploadLimit: Int) {
        (self.engine, self.library, self.mediaRoot, self.uploadLimit) = (engine, library, mediaRoot, uploadLimit)
        live = LiveClips()
        documents = ClipDocuments(library: library, live: live)
        made = MadeFiles(library)
        jobs = ClipJobs(engine, library, live, mediaRoot)
    }

    func respond(to request: ServerRequest) async throws -> ServerResponse? {
        guard request.path.first == "api" else { return nil }
        var request = request
        if request.method == "HEAD" { request.method = "GET" }
        do {
            return try await route(request, Array(request.path.dropFirst()))
        } catch {
            throw APIError.telling(error, folder: library.folder) ?? error
        }
    }

    private func route(_ request: ServerRequest, _ path: [String]) async throws -> ServerResponse? {
        guard let methods = Self.methods(of: path) else { return nil }
        guard methods.contains(request.method) else { throw APIError.notAllowed(request.method, allow: Self.listed(methods)) }
        guard library.isThere else {
            throw APIError(503, "the library's folder is missing: nothing can be stored until it is back", code: "library_gone")
        }
        switch (path[0], request.method) {
        case ("clips", _) where path.count > 1: return try await route(request, clip: path[1], Array(path.dropFirst(2)))
        case ("status", _): return try .json(status)
        case ("search", _): return try await search(request)
        case (_, "GET"): return try await list(request)
        default: return try await add(request)
        }
    }

    /// Allowed methods of a path below `/api`; nil if there is no such path.
    private static func methods(of path: [String]) -> [String]? {
        switch (path.first, path.count) {
        case ("status", 1), ("search", 1): return ["GET"]
        case ("clips", 1): return ["GET", "POST"]
        case ("clips", 2): return ["GET", "PATCH", "DELETE"]
        case ("clips", 3) where path[2] == "mask" || path[2] == "describe": return ["POST"]
        case ("clips", 3) where path[2] == "events" || ClipFileName(rawValue: path[2]) != nil: return ["GET"]
        case ("clips", 4) where path[2] == "frames": return ["GET"]
        case ("clips", 4) where path[2] == "tracks": return ["PATCH", "DELETE"]
        default: return nil
        }
    }

    private static func listed(_ methods: [String]) -> [String] { methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] } }

    private func route(_ request: ServerRequest, clip id: String, _ path: [String]) async throws -> ServerResponse? {
        let clip = try await work.run { [library] in try library.clip(id) }
        guard let clip else { throw APIError(404, "found no clip \(id.prefix(64))", code: "not_found") }
        switch (path.first, request.method) {
        case (nil, "GET"): return try .json(live.entry(clip))
        case (nil, "PATCH"): return try await change(clip, request)
        case (nil, _): return try await remove(clip)
        case ("events", _): return try await events(clip)
        case ("mask", _): return try await findMask(clip, request)
        case ("describe", _): return try await describe(clip, request)
        case ("frames", _): return try await frame(clip, path[1], request)
        case ("tracks", "PATCH"): return try await changeTrack(clip, path[1], request)
        case ("tracks", _): return try await removeTrack(clip, path[1])
        case (let name?, _): return try await file(clip, ClipFileName(rawValue: name) ?? .document, request)
        }
    }
}
