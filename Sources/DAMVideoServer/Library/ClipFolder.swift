import DAMVideo
import Files
import Foundation
import Imaging
import Masks

/// The files of one clip in the library.
struct ClipFolder: Sendable {
    let path: String

    /// The uploaded file; absent for clips in the media folder.
    var upload: String { path + "/upload" }
    /// The document, as `damvideo caption` writes it.
    var document: String { path + "/document.json" }
    /// The document as JSON Lines, from which an interrupted job resumes.
    var lines: String { path + "/document.jsonl" }
    /// Masks of the job's tracks.
    var masks: String { path + "/masks.json" }
    /// Folder of files generated on request, and again after a change.
    var made: String { path + "/made" }

    /// Masks of a track that a user added.
    func masks(of track: Int) -> String { path + "/masks-\(track).json" }

    /// Existing mask files, the job's first.
    var maskFiles: [String] {
        let names = (folderNames(path) ?? []).filter { $0.hasPrefix("masks-") && $0.hasSuffix(".json") }.sorted()
        return (FileStatus(masks) == nil ? [] : [masks]) + names.map { path + "/" + $0 }
    }

    /// The document's file; nil if there is none.
    /// - Throws: `InputError` for a file that is not a document.
    func readDocument() throws -> CaptionDocument? {
        guard FileStatus(document) != nil else { return nil }
        guard let data = fileContents(document), let value = try? JSONDecoder().decode(CaptionDocument.self, from: data) else {
            throw InputError(.inputOutput, document, found: "something else", expected: "a caption document")
        }
        return value
    }

    /// The finished tracks, from the document or from an interrupted job's JSON Lines.
    func finished() throws -> CaptionDocument? { try readDocument() ?? ResumedRun(path: lines)?.document }

    /// - Throws: `InputError`.
    func write(_ document: CaptionDocument) throws {
        try OutputFile.write(
            CaptionFormat.json.data(document, ClipRequest(clip: document.video.path)), to: self.document, replaces: true)
    }

    /// Opens a mask file written by this library.
    static func openMasks(_ path: String) throws -> any MaskSource {
        var settings = MaskSettings()
        (settings.format, settings.frameOffset, settings.frameStep) = (.youtubeVIS, 0, 1)
        settings.orientation = .shown
        return try InputError.translating { try MaskSources.open(path, settings: settings) }
    }
}
