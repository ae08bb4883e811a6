import Foundation

/// What a caption document can be written as. Raw values are what a user types, and file name extensions.
public enum CaptionFormat: String, Sendable, CaseIterable {
    /// The document whole: schema `damvideo/1`.
    case json
    /// JSON Lines: a header, a line for each track as it is finished, a line for each problem, a summary.
    case jsonl
    /// WebVTT: one cue a track, for players that show subtitles.
    case vtt
    /// A table with one row a track.
    case csv

    /// The document in this form.
    /// - Parameter request: what was asked for, which JSON Lines repeat.
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
        guard let data = FileManager.default.contents(atPath: path) else { return false }
        return switch self {
        case .json: (try? JSONDecoder().decode(CaptionDocument.self, from: data))?.schema == CaptionDocument.currentSchema
        case .jsonl: (try? ResumedRun(path: path)) != nil || JSONLines.beginsHeader(data)
        case .vtt: data.starts(with: WebVTT.head.utf8)
        case .csv: data.starts(with: CommaSeparatedValues.head.utf8)
        }
    }

    /// Where a clip's document goes unless told otherwise: `clip.mp4` has `clip.damvideo.json` beside it.
    /// - Parameter folder: to go there instead of beside the clip; nil for beside it.
    public func defaultPath(forClip clip: String, in folder: String? = nil) -> String {
        Self.defaultPath(forClip: clip, extension: rawValue, in: folder)
    }

    /// The same for any file about a clip.
    public static func defaultPath(forClip clip: String, extension type: String, in folder: String? = nil) -> String {
        let beside = URL(filePath: clip).deletingPathExtension().appendingPathExtension("damvideo").appendingPathExtension(type)
        return folder.map { URL(filePath: $0).appending(path: beside.lastPathComponent).path } ?? beside.path
    }
}
