import Files
import Foundation
import Media

/// File formats of a caption document. Raw values are an option's values, and file name extensions.
public enum CaptionFormat: String, Sendable, CaseIterable {
    /// The document whole: schema `damvideo/1`.
    case json
    /// JSON Lines: a header, a line for each track as it is finished, a line for each problem, a summary.
    case jsonl
    /// WebVTT: one cue a track, or one for each of its parts, for players that show subtitles.
    case vtt
    /// A table with one row a track, and one for each of its parts.
    case csv

    /// The document in this form.
    /// - Parameters:
    ///   - document: captions of one clip.
    ///   - request: what was asked for, which JSON Lines repeat.
    public func data(_ document: CaptionDocument, _ request: ClipRequest) throws -> Data {
        switch self {
        case .json: try DocumentJSON.data(document)
        case .jsonl: try JSONLines.data(document, request)
        case .vtt: Data(WebVTT.text(document).utf8)
        case .csv: Data(CommaSeparatedValues.text(document).utf8)
        }
    }

    /// True for a file that holds captions in this form, whole or cut off, and nothing else.
    func isDocument(at path: String) -> Bool {
        guard !OutputFile.isDevice(path), let data = fileContents(path) else { return false }
        return switch self {
        case .json: (try? JSONDecoder().decode(CaptionDocument.self, from: data))?.schema == CaptionDocument.currentSchema
        case .jsonl: (try? ResumedRun(path: path)) != nil || JSONLines.beginsHeader(data)
        case .vtt: data.starts(with: WebVTT.head.utf8)
        case .csv: data.starts(with: CommaSeparatedValues.head.utf8)
        }
    }

    /// Default path of a clip's document: `clip.mp4` has `clip.damvideo.json` beside it.
    /// - Parameters:
    ///   - clip: path of the clip.
    ///   - shard: share of the clip's tracks: those of `0/3` have `clip.damvideo.0-of-3.json`.
    ///   - folder: to go there instead of beside the clip; nil for beside it.
    public func defaultPath(forClip clip: String, of shard: Shard? = nil, in folder: String? = nil) -> String {
        let part = shard.map { "\($0.index)-of-\($0.count)." } ?? ""
        return Self.defaultPath(forClip: clip, extension: part + rawValue, in: folder)
    }

    /// The same for any file about a clip.
    public static func defaultPath(forClip clip: String, extension type: String, in folder: String? = nil) -> String {
        let beside = pathWithoutExtension(clip) + ".damvideo." + type
        guard var folder else { return beside }
        if !folder.hasSuffix("/") { folder += "/" }
        return folder + (beside.split(separator: "/").last ?? "")
    }

    /// A path without the ending of its name and slashes at its end; by its letters alone, as the folder it is relative to
    /// may have a name that is no text.
    static func pathWithoutExtension(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        let name = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        guard let dot = path[name...].lastIndex(of: "."), dot != name, path.index(after: dot) != path.endIndex else {
            return String(path)
        }
        return String(path[..<dot])
    }
}
