import Foundation

/// Captions line by line, so that a program can read each as it comes and a run that was killed can go on.
/// Source: https://jsonlines.org.
public enum JSONLines {
    /// Everything but tracks and problems: the first line.
    public static func header(_ document: CaptionDocument) throws -> Data {
        try line("header", Header(document))
    }

    public static func track(_ track: CaptionDocument.Track) throws -> Data { try line("track", track) }

    public static func problem(_ problem: CaptionDocument.Problem) throws -> Data { try line("error", problem) }

    /// The last line: how many of each there are.
    public static func summary(_ document: CaptionDocument) throws -> Data {
        try line("summary", Summary(tracks: document.tracks.count, errors: document.errors.count))
    }

    static func data(_ document: CaptionDocument) throws -> Data {
        try ([header(document)] + document.tracks.map(track) + document.errors.map(problem) + [summary(document)])
            .reduce(Data(), +)
    }

    private struct Header: Encodable {
        let schema: String
        let tool: CaptionDocument.Tool
        let model: CaptionDocument.Model
        let video: CaptionDocument.Video

        init(_ document: CaptionDocument) {
            (schema, tool, model, video) = (document.schema, document.tool, document.model, document.video)
        }
    }

    private struct Summary: Encodable {
        let tracks: Int
        let errors: Int
    }

    /// A value with its type among its keys.
    private struct Line<Value: Encodable>: Encodable {
        let type: String
        let value: Value

        private enum CodingKeys: String, CodingKey { case type }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try value.encode(to: encoder)
        }
    }

    private static func line(_ type: String, _ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Line(type: type, value: value)) + Data("\n".utf8)
    }
}
