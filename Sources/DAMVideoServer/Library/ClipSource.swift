import DAMVideo
import Files
import Foundation
import Imaging
import Media
import ObjectTracking

/// A clip of the library as input for captioning.
struct ClipSource {
    /// Nil if no objects are to be detected.
    let objects: ObjectSource?
    /// Nil for a folder of stills.
    let file: ClipFile?
    /// The path or name in messages and documents.
    let path: String
    let options: ClipOptions
    let captions: CaptionOptions

    /// - Throws: `InputError` if the clip no longer exists, `APIError` if it is outside the media folder.
    init(_ clip: ClipRecord, _ files: ClipFolder, _ engine: ServerEngine, _ mediaRoot: MediaRoot?) throws {
        let settings = ClipSettings(stored: clip.options), masks = clip.masks.map { files.path + "/" + $0 }
        objects = settings.source(engine, masks: masks)
        options = settings.clipOptions(segmentation: masks == nil ? nil : engine.tracking?.path)
        captions = settings.captionOptions
        let place = try Self.path(clip, files, mediaRoot)
        if FileStatus(place)?.isFolder == true {
            (path, file) = (place, nil)
            return
        }
        guard let handle = openFile(place) else {
            throw InputError(.notFound, "\(clip.source): the clip no longer exists")
        }
        (path, file) = (clip.source, try ClipFile(handle, name: clip.source))
    }

    /// Path of the clip's file or folder of stills.
    /// - Throws: `APIError` if it is no longer below the media folder.
    static func path(_ clip: ClipRecord, _ files: ClipFolder, _ mediaRoot: MediaRoot?) throws -> String {
        guard let path = clip.path else { return files.upload }
        guard let mediaRoot else {
            throw APIError(404, "\(path): the clip is in a media folder, but this server has none", code: "not_found")
        }
        return try mediaRoot.file(path)
    }

    /// The caption request; with moving objects if no source is set.
    var request: ClipRequest { ClipRequest(clip: path, objects: objects ?? .motion, options: options) }

    /// Runs `body`, naming the clip in its errors.
    /// - Throws: `InputError`, and what `body` throws.
    func naming<Result>(_ body: () throws -> Result) throws -> Result { try file?.naming(body) ?? InputError.translating(body) }

    /// The opened clip; its objects are those to be detected, if any.
    func input() throws -> ClipInput {
        var options = options
        options.segmentation = nil
        return try ClipInput(ClipRequest(clip: path, objects: .motion, options: options), file: file)
    }
}

extension ServerEngine {
    /// SAM 2, if it propagates masks.
    var tracking: SegmentationModel? {
        segmentation.flatMap { model in (try? model.checkTracking()).map { model } }
    }
}
