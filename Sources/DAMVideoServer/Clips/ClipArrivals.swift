import DAMVideo
import Files
import Foundation
import Imaging
import Media

/// Accepts new clips: uploads, and files named by path.
struct ClipArrivals: Sendable {
    let engine: ServerEngine
    let library: ClipLibrary
    let mediaRoot: MediaRoot?
    /// Upper bound on a body's bytes.
    let uploadLimit: Int
    let work: BlockingWork

    /// A clip named in a JSON body.
    private struct Named: Decodable {
        let path: String
        var options: ClipSettings?
        var name: String?
        var camera: String?
        var recorded: String?
    }

    /// Stores the clip of a request in the library, checked and ready to be queued.
    /// - Throws: `APIError`, `InputError`.
    func clip(from request: ServerRequest) async throws -> ClipRecord {
        let type = request.headers["content-type"] ?? ""
        if HeaderValue(type).first.lowercased() == "application/json" {
            let named = try await request.json(Named.self)
            return try await work.run { try clip(named) }
        }
        if let length = request.body.declaredLength, length > uploadLimit { throw APIError.tooLarge(limit: uploadLimit) }
        let upload = try await work.run { [library, uploadLimit] in try ClipUpload(library, contentType: type, limit: uploadLimit) }
        do {
            while let data = try await request.body.next() { try await work.run { try upload.take(data) } }
            return try await work.run { try clip(upload) }
        } catch {
            try? await work.run { upload.discard() }
            throw error
        }
    }

    private func clip(_ upload: ClipUpload) throws -> ClipRecord {
        try upload.finish()
        let options = try upload.fields["options"].map { try ServerRequest.decode(ClipSettings.self, from: $0, place: "options") }
        func text(_ name: String) -> String? {
            upload.fields[name].map { String(decoding: $0, as: UTF8.self) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let record = ClipRecord(
            id: upload.id, name: upload.name, camera: text("camera"),
            recorded: try text("recorded").map { Date(timeIntervalSince1970: try DateText.required($0, "recorded")) },
            options: try (options ?? ClipSettings()).stored(), masks: upload.masks)
        return try checked(record, options ?? ClipSettings())
    }

    private func clip(_ named: Named) throws -> ClipRecord {
        guard let mediaRoot else {
            throw APIError(403, "found a path, expected an upload: this server has no media folder", param: "path")
        }
        _ = try mediaRoot.file(named.path)
        let settings = named.options ?? ClipSettings()
        let record = ClipRecord(
            id: ClipID.make(), name: UploadContent.name(named.name ?? named.path), path: named.path, camera: named.camera,
            recorded: try named.recorded.map { Date(timeIntervalSince1970: try DateText.required($0, "recorded")) },
            options: try settings.stored())
        try ClipLibrary.makeFolder(library.files(of: record.id).path)
        do {
            return try checked(record, settings)
        } catch {
            try? FileManager.default.removeItem(atPath: library.files(of: record.id).path)
            throw error
        }
    }

    /// The record, completed with facts read from the clip.
    /// - Throws: `APIError`: 400 for invalid options or masks that do not fit, 415 if it is not a clip.
    private func checked(_ record: ClipRecord, _ settings: ClipSettings) throws -> ClipRecord {
        try settings.check(engine, hasMasks: record.masks != nil)
        let files = library.files(of: record.id), place = try ClipSource.path(record, files, mediaRoot)
        if UploadContent.isText(place) { throw APIError(415, "\(record.name): found text, expected a video or picture", param: "file") }
        let source = try ClipSource(record, files, engine, mediaRoot)
        var record = record
        do {
            let clip = try source.naming { try source.input().clip }
            (record.width, record.height, record.fps) = (clip.info.width, clip.info.height, clip.info.frameRate)
            (record.frames, record.duration) = (clip.knownFrameCount ?? clip.info.declaredFrames, clip.info.duration)
        } catch let error as InputError where error.category == .invalid {
            throw APIError(415, error.description, param: "file", code: "not_a_clip")
        }
        guard record.masks != nil else { return record }
        do {
            _ = try source.naming { try ClipInput(source.request, file: source.file) }
        } catch let error as InputError {
            let message = error.description.replacing(files.path + "/", with: "")
            throw APIError(400, message, param: "masks", code: "invalid_masks")
        }
        return record
    }
}
