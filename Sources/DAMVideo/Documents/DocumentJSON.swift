import Foundation

/// The caption document as JSON, with sorted keys so that equal documents are equal bytes.
enum DocumentJSON {
    static func data(_ document: CaptionDocument) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(document), as: UTF8.self)
        return ReadableJSON.data(Data((compact(text) + "\n").utf8))
    }

    /// Joins lists of numbers, such as boxes, onto one line, and closes empty ones. Line breaks belong to the layout alone: those
    /// in strings are escaped.
    private static func compact(_ json: String) -> String {
        json.replacing(/\[\n[ \n]*([-+.eE0-9]+(?:,\n *[-+.eE0-9]+)*)?[ \n]*\]/) { match in
            "[" + (match.1?.replacing(/,\n */, with: ", ") ?? "") + "]"
        }
    }
}
