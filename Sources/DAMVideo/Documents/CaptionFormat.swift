import Files
import Foundation
import Media

/// File formats of a caption document. Raw values serve as option values and file name extensions.
public enum CaptionFormat: String, Sendable, CaseIterable {
    /// A single JSON document, schema `damvideo/1`.
    case json
    /// JSON Lines: a header, one line per finished track, one per problem, a summary.
    case jsonl
    /// WebVTT subtitles: one cue per track, or one for each of its parts.
    case vtt
    /// A table with one row per track, and one for each of its parts.
    case csv

    /// Encodes the document in this format.
    /// - Parameters:
    ///   - document: captions of one clip.
    ///   - request: the request, which JSON Lines repeat.
    public func data(_ document: CaptionDocument, _ request: ClipRequest) throws -> Data {
        switch self {
        case .json: try DocumentJSON.data(document)
        case .jsonl: try JSONLines.data(document, request)
        case .vtt: Data(WebVTT.text(document).utf8)
        case .csv: Data(CommaSeparatedValues.text(document).utf8)
        }
    }

    /// True if a file contains captions in this format, complete or truncated, and nothing else.
    func isDocument(at path: String) -> Bool {
        guard !OutputFile.isDevice(path), let data = fileContents(path) else { return false }
        return switch self {
        case .json: (try? JSONDecoder().decode(CaptionDocument.self, from: data))?.schema == CaptionDocument.currentSchema
        case .jsonl: (try? ResumedRun(path: path)) != nil || JSONLines.beginsHeader(data)
        case .vtt: data.starts(with: WebVTT.head.utf8)
        case .csv: data.starts(with: CommaSeparatedValues.head.utf8)
        }
    }

    /// Default path of a clip's document: `clip.damvideo.json` next to `clip.mp4`.
    /// - Parameters:
    ///   - clip: path of the clip.
    ///   - shard: share of the clip's tracks; shard `0/3` is written to `clip.damvideo.0-of-3.json`.
    ///   - folder: destination folder; nil for the clip's own.
    public func defaultPath(forClip clip: String, of shard: Shard? = nil, in folder: String? = nil) -> String {
        let part = shard.map { "\($0.index)-of-\($0.count)." } ?? ""
        return Self.defaultPath(forClip: clip, extension: part + rawValue, in: folder)
    }

    /// Default path of any other file about a clip.
    public static func defaultPath(forClip clip: String, extension type: String, in folder: String? = nil) -> String {
        let beside = pathWithoutExtension(clip) + ".damvideo." + type
        guard var folder else { return beside }
        if !folder.hasSuffix("/") { folder += "/" }
        return folder + (beside.split(separator: "/").last ?? "")
    }

    /// A path without its extension and trailing slashes. Works on the bytes alone, because the current folder's name may not be
    /// valid UTF-8.
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
