import Foundation

/// Writes caption documents as JSON.
public enum CaptionDocumentWriter {
    /// The document as JSON text: keys in order of the alphabet, so that equal documents are equal bytes.
    public static func json(_ document: CaptionDocument) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(document), as: UTF8.self)
        return Data((compact(text) + "\n").utf8)
    }

    /// Puts lists of numbers on one line, boxes above all, and closes empty ones. Only the layout has line breaks: those
    /// of texts are escaped.
    private static func compact(_ json: String) -> String {
        json.replacing(/\[\n[ \n]*([-+.eE0-9]+(?:,\n *[-+.eE0-9]+)*)?[ \n]*\]/) { match in
            "[" + (match.1?.replacing(/,\n */, with: ", ") ?? "") + "]"
        }
    }

    /// Where a clip's document goes unless told otherwise: `clip.mp4` has `clip.damvideo.json` beside it.
    public static func defaultPath(forClip clip: String) -> String {
        URL(filePath: clip).deletingPathExtension().appendingPathExtension("damvideo.json").path
    }

    /// Checks, before any work is done, that a document can be written to `path`.
    /// - Throws: `DAMVideoError`: `outputExists`, or `inputOutput` when the folder is not there or not writable.
    public static func check(_ path: String, overwrites: Bool) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw DAMVideoError(.inputOutput, "\(path): found no folder \(folder), expected one to write to")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw DAMVideoError(.inputOutput, "\(path): found folder \(folder) read-only, expected one to write to")
        }
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard !isFolder.boolValue else {
                throw DAMVideoError(.inputOutput, "\(path): found a folder, expected a file name")
            }
            guard overwrites else {
                throw DAMVideoError(.outputExists, "\(path): exists already (--overwrite replaces it)")
            }
        }
    }

    /// Writes to a temporary name beside `path`, then renames: a reader never sees half a document.
    /// - Throws: `DAMVideoError` of kind `inputOutput`.
    public static func write(_ document: CaptionDocument, to path: String) throws {
        do {
            try json(document).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw DAMVideoError(.inputOutput, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
