import DAMVideo
import Foundation
import Imaging
import Masks

/// Everything under `/api`, as openapi.yaml has it.
struct ClipRoutes: ServerRoutes {
    /// The queue, for the server to run and to stop.
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
    /// Threads for what waits for the disk.
    let work = BlockingWork("clip-requests", width: 4)
    /// Threads for objects that are followed.
    let following = BlockingWork("clip-objects", width: 2)
    /// Thread for regions that are looked for in single frames, which do not wait for objects that are followed.
    let segmenting = BlockingWork("clip-regions", width: 1)

    /// Objects that may wait to be described.
    static let mostDescriptions = 16

    /// - Parameters:
    ///   - mediaRoot: folder with clips that requests may name; nil for none.
    ///   - uploadLimit: bytes of a body at most.
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
        let method = request.method
        switch path.count {
        case 1:
            switch (path[0], method) {
            case ("status", "GET"): return try .json(status)
            case ("search", "GET"): return try await search(request)
            case ("clips", "GET"): return try await list(request)
            case ("clips", "POST"): return try await add(request)
            case ("status", _), ("search", _), ("clips", _): throw Self.notAllowed(method)
            default: return nil
            }
        case 2...4 where path[0] == "clips": return try await route(request, clip: path[1], Array(path.dropFirst(2)))
        default: return nil
        }
    }

    private func route(_ request: ServerRequest, clip id: String, _ path: [String]) async throws -> ServerResponse? {
        let clip = try await work.run { [library] in try library.clip(id) }
        guard let clip else { throw APIError(404, "found no clip \(id.prefix(64))", code: "not_found") }
        switch (path.first, path.count, request.method) {
        case (nil, _, "GET"): return try .json(live.entry(clip))
        case (nil, _, "PATCH"): return try await change(clip, request)
        case (nil, _, "DELETE"): return try await remove(clip)
        case ("events", 1, "GET"): return try await events(clip)
        case ("mask", 1, "POST"): return try await findMask(clip, request)
        case ("describe", 1, "POST"): return try await describe(clip, request)
        case ("frames", 2, "GET"): return try await frame(clip, path[1], request)
        case ("tracks", 2, "PATCH"): return try await changeTrack(clip, path[1], request)
        case ("tracks", 2, "DELETE"): return try await removeTrack(clip, path[1])
        case (let name?, 1, "GET") where ClipFileName(rawValue: name) != nil:
            return try await file(clip, ClipFileName(rawValue: name) ?? .document, request)
        case (nil, _, _), ("events", 1, _), ("mask", 1, _), ("describe", 1, _), ("frames", 2, _), ("tracks", 2, _):
            throw Self.notAllowed(request.method)
        case (let name?, 1, _) where ClipFileName(rawValue: name) != nil: throw Self.notAllowed(request.method)
        default: return nil
        }
    }

    private static func notAllowed(_ method: String) -> APIError {
        APIError(405, "found method \(method.prefix(16)), expected another for this path", code: "method_not_allowed")
    }
}
