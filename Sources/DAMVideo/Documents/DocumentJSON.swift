import Foundation

/// The caption document as JSON: keys in order of the alphabet, so that equal documents are equal bytes.
enum DocumentJSON {
    static func data(_ document: CaptionDocument) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(document), as: UTF8.self)
        return ReadableJSON.data(Data((compact(text) + "\n").utf8))
    }

    /// Puts lists of numbers on one line, boxes above all, and closes empty ones. Only the layout has line breaks: those
    /// of texts are escaped.
    private static func compact(_ json: String) -> String {
        json.replacing(/\[\n[ \n]*([-+.eE0-9]+(?:,\n *[-+.eE0-9]+)*)?[ \n]*\]/) { match in
            "[" + (match.1?.replacing(/,\n */, with: ", ") ?? "") + "]"
        }
    }
}
