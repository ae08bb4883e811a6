import DAMVideo
import Files
import Foundation
import Imaging
import Masks

/// The files of one clip of the library.
struct ClipFolder: Sendable {
    let path: String

    /// The clip or picture as it came; not there for one below the media folder.
    var upload: String { path + "/upload" }
    /// The document as `damvideo caption` writes it.
    var document: String { path + "/document.json" }
    /// The same line by line, from which a job that was ended goes on.
    var lines: String { path + "/document.jsonl" }
    /// Masks of the tracks that the job has.
    var masks: String { path + "/masks.json" }
    /// Folder of what is made when it is asked for, and made again after a change.
    var made: String { path + "/made" }

    /// Masks of a track that was added.
    func masks(of track: Int) -> String { path + "/masks-\(track).json" }

    /// Mask files there are: the job's first.
    var maskFiles: [String] {
        let names = (folderNames(path) ?? []).filter { $0.hasPrefix("masks-") && $0.hasSuffix(".json") }.sorted()
        return (FileStatus(masks) == nil ? [] : [masks]) + names.map { path + "/" + $0 }
    }

    /// The document in its file; nil if there is none.
    /// - Throws: `InputError` for a file that is no document.
    func readDocument() throws -> CaptionDocument? {
        guard FileStatus(document) != nil else { return nil }
        guard let data = fileContents(document), let value = try? JSONDecoder().decode(CaptionDocument.self, from: data) else {
            throw InputError(.inputOutput, document, found: "something else", expected: "a caption document")
        }
        return value
    }

    /// The tracks that are finished: those in the document, or of a job that was ended before it wrote one.
    func finished() throws -> CaptionDocument? { try readDocument() ?? ResumedRun(path: lines)?.document }

    /// - Throws: `InputError`.
    func write(_ document: CaptionDocument) throws {
        try OutputFile.write(
            CaptionFormat.json.data(document, ClipRequest(clip: document.video.path)), to: self.document, replaces: true)
    }

    /// The masks in a file that this library has written.
    static func openMasks(_ path: String) throws -> any MaskSource {
        var settings = MaskSettings()
        (settings.format, settings.frameOffset, settings.frameStep) = (.youtubeVIS, 0, 1)
        settings.orientation = .shown
        return try InputError.translating { try MaskSources.open(path, settings: settings) }
    }
}
