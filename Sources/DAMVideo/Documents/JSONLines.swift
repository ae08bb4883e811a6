import Foundation

/// Captions as JSON Lines, so that a program can read each as it arrives and an interrupted run can resume.
/// Source: https://jsonlines.org.
public enum JSONLines {
    /// The first line: everything but tracks and problems, and the request.
    public static func header(_ document: CaptionDocument, _ request: ClipRequest) throws -> Data {
        try line("header", Header(document, request))
    }

    /// True if `data` begins like a header line, or is the beginning of one.
    static func beginsHeader(_ data: Data) -> Bool {
        let start = Data(#"{"model":{"#.utf8)
        return data.starts(with: start) || start.starts(with: data)
    }

    public static func track(_ track: CaptionDocument.Track) throws -> Data { try line("track", track) }

    public static func problem(_ problem: CaptionDocument.Problem) throws -> Data { try line("error", problem) }

    /// The last line, with the number of tracks and of problems.
    public static func summary(_ document: CaptionDocument) throws -> Data {
        try line("summary", Summary(tracks: document.tracks.count, errors: document.errors.count))
    }

    /// All lines in the order of an uninterrupted run: problems of the clip, then for each track its caption or the reason it has
    /// none. Problems of a track's parts come before the track.
    public static func data(_ document: CaptionDocument, _ request: ClipRequest) throws -> Data {
        let ofClip = try document.errors.filter { $0.track == nil }.map(problem)
        var ofTracks = try Dictionary(grouping: document.errors.filter { $0.track != nil }, by: \.track).mapValues { try $0.map(problem) }
        for entry in document.tracks { ofTracks[entry.id, default: []].append(try track(entry)) }
        let inOrder = ofTracks.compactMap { id, lines in id.map { ($0, lines) } }.sorted { $0.0 < $1.0 }.flatMap(\.1)
        let lines = try [header(document, request)] + ofClip + inOrder
        return try (lines + [summary(document)]).reduce(Data(), +)
    }

    struct Header: Codable {
        let schema: String
        let tool: CaptionDocument.Tool
        let model: CaptionDocument.Model
        let video: CaptionDocument.Video
        let request: ClipRequest
        let leftOut: [CaptionDocument.LeftOut]?

        private enum CodingKeys: String, CodingKey {
            case schema, tool, model, video, request
            case leftOut = "left_out"
        }

        init(_ document: CaptionDocument, _ request: ClipRequest) {
            (schema, tool, model, video) = (document.schema, document.tool, document.model, document.video)
            self.request = request
            leftOut = document.leftOut
        }
    }

    private struct Summary: Encodable {
        let tracks: Int
        let errors: Int
    }

    /// A value whose type is encoded among its keys.
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
        return try ReadableJSON.data(encoder.encode(Line(type: type, value: value))) + Data("\n".utf8)
    }
}
