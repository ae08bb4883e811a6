import DAMVideo
import Foundation
import Imaging

/// Clips, their events, and searches.
extension ClipRoutes {
    struct Status: Encodable {
        let version: String
        let model: String
        let segmentation: Bool
        let detector: Bool
        let mediaRoot: Bool
        let uploadLimit: Int

        private enum CodingKeys: String, CodingKey {
            case version, model, segmentation, detector
            case mediaRoot = "media_root"
            case uploadLimit = "upload_limit"
        }
    }

    var status: Status {
        Status(
            version: CaptionDocument.version, model: engine.modelName, segmentation: engine.segmentation != nil,
            detector: engine.detector != nil, mediaRoot: mediaRoot != nil, uploadLimit: uploadLimit)
    }

    private static let longestList = 500

    func list(_ request: ServerRequest) async throws -> ServerResponse {
        let state = try request.query["state"].flatMap { $0.isEmpty ? nil : $0 }.map { text in
            guard let state = ClipState(rawValue: text) else {
                let all = ClipState.allCases.map(\.rawValue).joined(separator: ", ")
                throw APIError(400, "state \(text.prefix(40)): expected \(all)", param: "state", code: "invalid_parameter")
            }
            return state
        }
        let limit = try request.number("limit", in: 1...Self.longestList) ?? 50, offset = try request.number("offset", in: 0...Int.max) ?? 0
        let camera = request.query["camera"].flatMap { $0.isEmpty ? nil : $0 }
        return try await work.run { [library, live] in
            let (total, clips) = try library.clips(state: state, camera: camera, limit: limit, offset: offset)
            return try .json(ClipList(total: total, clips: clips.map(live.entry)))
        }
    }

    func add(_ request: ServerRequest) async throws -> ServerResponse {
        let arrivals = ClipArrivals(engine: engine, library: library, mediaRoot: mediaRoot, uploadLimit: uploadLimit, work: work)
        let clip = try await arrivals.clip(from: request)
        return try await work.run { [jobs, library, live] in
            do {
                try jobs.add(clip)
            } catch {
                try? FileManager.default.removeItem(atPath: library.files(of: clip.id).path)
                throw error
            }
            return try .json(live.entry(clip), status: 202)
        }
    }

    /// Fields of a clip that users can edit; null clears a field, and a missing field stays.
    private struct ClipChange: Decodable {
        let name: String?
        let camera: String??
        let recorded: String??

        private enum CodingKeys: String, CodingKey { case name, camera, recorded }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            func given(_ key: CodingKeys) throws -> String?? {
                values.contains(key) ? .some(try values.decodeIfPresent(String.self, forKey: key)) : nil
            }
            name = try values.decodeIfPresent(String.self, forKey: .name)
            (camera, recorded) = (try given(.camera), try given(.recorded))
        }
    }

    func change(_ clip: ClipRecord, _ request: ServerRequest) async throws -> ServerResponse {
        let change = try await request.json(ClipChange.self)
        let recorded = try change.recorded.map { try $0.map { try DateText.required($0, "recorded") } }
        if let name = change.name, name.allSatisfy(\.isWhitespace) {
            throw APIError(400, "name: found none, expected one", param: "name", code: "invalid_parameter")
        }
        return try await work.run { [library, live] in
            let changed = try library.update(clip.id) { clip in
                if let name = change.name { clip.name = UploadContent.name(name) }
                if let camera = change.camera { clip.camera = camera.flatMap { $0.isEmpty ? nil : $0 } }
                if let recorded { clip.recorded = recorded }
            }
            guard let changed else { throw Self.gone(clip) }
            return try .json(live.entry(changed))
        }
    }

    func remove(_ clip: ClipRecord) async throws -> ServerResponse {
        let ending = try await work.run { [jobs] in try jobs.cancel(clip.id) }
        if let ending {
            for await _ in ending.stream {}
            return try await work.run { [library, live] in
                guard let clip = try library.clip(clip.id) else { throw Self.gone(clip) }
                return try .json(live.entry(clip))
            }
        }
        await pictures.close(clip.id)
        let isRemoved = try await work.run { [library] in try library.remove(clip.id) }
        guard isRemoved else { throw Self.gone(clip) }
        return ServerResponse(status: 204)
    }

    static func gone(_ clip: ClipRecord) -> APIError { APIError(404, "clip \(clip.id) no longer exists", code: "not_found") }

    func events(_ clip: ClipRecord) async throws -> ServerResponse {
        let mailbox = try await work.run { [library, live, documents] in
            let amendments = try library.amendments(of: clip.id)
            if let mailbox = live.follow(clip, tracks: { $0.amended(amendments) }) { return mailbox }
            // It may have been removed since it was looked up.
            guard let clip = try library.clip(clip.id) else { throw Self.gone(clip) }
            let entry = ClipEntry(record: clip), mailbox = EventMailbox(), document = try documents.document(clip.id)
            mailbox.add(.clip(entry))
            for track in document?.tracks ?? [] { mailbox.add(.track(track)) }
            for problem in document?.errors ?? [] { mailbox.add(.problem(problem)) }
            mailbox.add(.end(entry))
            mailbox.finish()
            return mailbox
        }
        return ServerResponse(body: .events(mailbox.stream))
    }

    func search(_ request: ServerRequest) async throws -> ServerResponse {
        func text(_ name: String) -> String? { request.query[name].flatMap { $0.isEmpty ? nil : $0 } }
        let search = CaptionSearch(
            text: text("q").map { String($0.prefix(Self.longestQuery)) }, label: text("label"), camera: text("camera"),
            from: try request.date("from"), to: try request.date("to"),
            limit: try request.number("limit", in: 1...Self.longestList) ?? 50, offset: try request.number("offset", in: 0...Int.max) ?? 0)
        return try await work.run { [library] in
            let (total, moments) = try library.search(search)
            return try .json(MomentList(total: total, results: moments.map(MomentList.Moment.init)))
        }
    }

    /// Upper bound on a query's characters; the rest is ignored.
    private static let longestQuery = 1000
}
