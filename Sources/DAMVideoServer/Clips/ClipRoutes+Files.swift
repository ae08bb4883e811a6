import DAMVideo
import Files
import Foundation
import Imaging
import Masks
import Presentation

/// Files of a clip that clients may request.
enum ClipFileName: String, Sendable {
    case document = "document.json"
    case vtt = "captions.vtt"
    case csv = "captions.csv"
    case report = "report.html"
    case rendering = "render.mp4"
    case masks = "masks.json"
    case outlines = "outlines.json"
    case video

    var contentType: String {
        switch self {
        case .document, .masks, .outlines: "application/json"
        case .vtt: "text/vtt; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .report: "text/html; charset=utf-8"
        case .rendering: "video/mp4"
        case .video: "application/octet-stream"
        }
    }
}

/// Files and frames of a clip.
extension ClipRoutes {
    /// The clip in the form of a caption request.
    func source(_ clip: ClipRecord) throws -> ClipSource { try ClipSource(clip, library.files(of: clip.id), engine, mediaRoot) }

    func file(_ clip: ClipRecord, _ name: ClipFileName, _ request: ServerRequest) async throws -> ServerResponse {
        switch name {
        case .document: return try await captions(clip, .json, name)
        case .vtt: return try await captions(clip, .vtt, name)
        case .csv: return try await captions(clip, .csv, name)
        case .outlines: return try await outlines(clip, request)
        case .video: return try await video(clip)
        case .masks, .report, .rendering: return try await made(clip, name)
        }
    }

    private func captions(_ clip: ClipRecord, _ format: CaptionFormat, _ name: ClipFileName) async throws -> ServerResponse {
        try await work.run { [documents] in
            let document = try documents.required(clip)
            let data = try format.data(document, ClipRequest(clip: document.video.path))
            return ServerResponse(headers: Self.changing, body: .data(data, contentType: name.contentType))
        }
    }

    /// Headers for content that may change.
    private static let changing = ["cache-control": "no-cache"]

    private func video(_ clip: ClipRecord) async throws -> ServerResponse {
        try await work.run { [library, mediaRoot] in
            let path = try ClipSource.path(clip, library.files(of: clip.id), mediaRoot)
            guard FileStatus(path)?.isRegular == true else {
                throw APIError(404, "\(clip.name): found a folder of pictures or a missing file, expected a file", code: "not_found")
            }
            return ServerResponse(
                headers: ["x-content-type-options": "nosniff", "content-disposition": "inline"],
                body: .file(path: path, contentType: UploadContent.type(of: path)))
        }
    }

    /// Content security policy that keeps downloaded pages from acting in this server's origin.
    private static let isolated = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"

    private func made(_ clip: ClipRecord, _ name: ClipFileName) async throws -> ServerResponse {
        // Checked first, so that a file that cannot be made is answered with the right status.
        _ = try await work.run { [documents] in try documents.ended(clip) }
        let routes = self
        let path = try await made.file(clip, name.rawValue) { path in
            let clip = try routes.captioned(clip)
            switch name {
            case .rendering: try clip.render(to: path)
            case .report: try clip.report(to: path)
            default: try InputError.translating { try MaskWriter.write(clip.masks, as: .youtubeVIS, to: path) }
            }
        }
        var headers = Self.changing
        if name == .report { headers["content-security-policy"] = Self.isolated }
        return ServerResponse(headers: headers, body: .file(path: path, contentType: name.contentType))
    }

    /// The clip with its current captions.
    private func captioned(_ clip: ClipRecord) throws -> CaptionedClip {
        let document = try documents.ended(clip), input = try source(clip).input()
        let masks = try masks.masks(library.files(of: clip.id), document, size: input.clip.info.size)
        return CaptionedClip(document: document, input: input, masks: masks, imageProcessor: engine.engine.model.model.imageProcessor)
    }

    private func outlines(_ clip: ClipRecord, _ request: ServerRequest) async throws -> ServerResponse {
        let from = try request.number("from", in: 0...Int.max), to = try request.number("to", in: 0...Int.max)
        return try await work.run { [documents, library, masks] in
            let document = try documents.required(clip), count = document.video.frames
            let first = min(from ?? 0, count), end = max(first, min(to ?? count, count))
            let size = PictureSize(width: document.video.width, height: document.video.height)
            let shown = try masks.masks(library.files(of: clip.id), document, size: size)
            return try .json(OutlineList(shown, frames: first..<end))
        }
    }

    func frame(_ clip: ClipRecord, _ name: String, _ request: ServerRequest) async throws -> ServerResponse {
        guard name.hasSuffix(".jpg"), let frame = Int(name.dropLast(4)), frame >= 0 else {
            throw APIError(404, "found \(name.prefix(40)), expected the number of a frame and .jpg", code: "not_found")
        }
        let width = try request.number("width", in: 16...4096)
        let box = try await work.run { [self] in try boundingBox(of: request.query["track"], clip, frame) }
        let image = try await pictures.image(clip, frame) { [self] in try source(clip) }
        return try await work.run {
            let data = try InputError.translating { try ClipPictures.jpeg(image, around: box, width: width) }
            // A frame never changes, and track numbers are never reused.
            return ServerResponse(headers: ["cache-control": "private, max-age=86400"], body: .data(data, contentType: "image/jpeg"))
        }
    }

    /// The box of a track in the frame closest to `frame` that shows it.
    /// - Throws: `APIError` 404 if there is no such track.
    private func boundingBox(of track: String?, _ clip: ClipRecord, _ frame: Int) throws -> BoundingBox? {
        guard let track, !track.isEmpty else { return nil }
        let document = try documents.required(clip)
        let size = PictureSize(width: document.video.width, height: document.video.height)
        let shown = try masks.masks(library.files(of: clip.id), document, size: size)
        guard let found = shown.tracks.first(where: { $0.id.description == track }) else {
            throw APIError(404, "\(clip.name): found no track \(track.prefix(40))", param: "track", code: "not_found")
        }
        return found.nearest(to: frame)?.box
    }
}
