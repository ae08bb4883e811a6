import DAMVideo
import Files
import Foundation
import Imaging
import Media
import ObjectTracking

/// A clip of the library as captioning takes it.
struct ClipSource {
    /// Nil if no objects are looked for.
    let objects: ObjectSource?
    /// Nil for a folder of stills.
    let file: ClipFile?
    /// The path or name that messages and documents have.
    let path: String
    let options: ClipOptions
    let captions: CaptionOptions

    /// - Throws: `InputError` when the clip is not there any more, `APIError` for one outside the media folder.
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
            throw InputError(.notFound, "\(clip.source): found no clip any more, expected the one that was given")
        }
        (path, file) = (clip.source, try ClipFile(handle, name: clip.source))
    }

    /// Path of the clip's file, or its folder of stills.
    /// - Throws: `APIError` when it is not below the media folder any more.
    static func path(_ clip: ClipRecord, _ files: ClipFolder, _ mediaRoot: MediaRoot?) throws -> String {
        guard let path = clip.path else { return files.upload }
        guard let mediaRoot else {
            throw APIError(404, "\(path): this server has no media folder, which the clip is in", code: "not_found")
        }
        return try mediaRoot.file(path)
    }

    /// The work to be done; objects that move where none are looked for.
    var request: ClipRequest { ClipRequest(clip: path, objects: objects ?? .motion, options: options) }

    /// Runs `body`; errors call the clip by its name.
    /// - Throws: `InputError`, and what `body` throws.
    func naming<Result>(_ body: () throws -> Result) throws -> Result { try file?.naming(body) ?? InputError.translating(body) }

    /// The clip, opened, with no objects but those that would be found.
    func input() throws -> ClipInput {
        var options = options
        options.segmentation = nil
        return try ClipInput(ClipRequest(clip: path, objects: .motion, options: options), file: file)
    }
}

extension ServerEngine {
    /// SAM 2, if it follows objects through clips.
    var tracking: SegmentationModel? {
        segmentation.flatMap { model in (try? model.checkTracking()).map { model } }
    }
}
