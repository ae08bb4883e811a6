import Foundation
import Imaging

/// The captions of a clip, or of a shard of its tracks, read from a file.
package struct ShardPiece: Sendable {
    package var document: CaptionDocument
    /// The request; only JSON Lines include it.
    package var request: ClipRequest?
    /// Path of the file.
    package let path: String
    /// True if the run completed.
    package let isWhole: Bool

    /// Name of the clip.
    package var clip: String { document.video.path }
}

/// A caption file: a document, or JSON Lines of any number of clips.
package struct ShardFile: Sendable {
    package let pieces: [ShardPiece]
    package let format: CaptionFormat

    /// - Returns: nil if the file is something else.
    /// - Throws: `InputError`: `invalid` for damaged JSON Lines, except for a truncated last line.
    package init?(_ data: Data, path: String) throws {
        if data.isEmpty || JSONLines.beginsHeader(data) {
            (pieces, format) = (try Self.lines(data, path), .jsonl)
        } else if let document = try? JSONDecoder().decode(CaptionDocument.self, from: data) {
            guard document.schema == CaptionDocument.currentSchema else {
                throw InputError(.invalid, path, found: "a document of schema \(document.schema)", expected: CaptionDocument.currentSchema)
            }
            let isWhole = !document.errors.contains { $0.code == CaptionDocument.Problem.interrupted }
            (pieces, format) = ([ShardPiece(document: document, request: nil, path: path, isWhole: isWhole)], .json)
        } else {
            return nil
        }
    }

    private static func lines(_ data: Data, _ path: String) throws -> [ShardPiece] {
        var runs: [LinesOfClip] = []
        for (number, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().enumerated() {
            let place = "\(path): line \(number + 1)"
            if (try? JSONDecoder().decode(LinesOfClip.Kind.self, from: line))?.type == "header" {
                runs.append(try LinesOfClip(header: line, at: place))
            } else if runs.isEmpty {
                throw InputError(.invalid, place, found: "something else", expected: "a header")
            } else {
                try runs[runs.count - 1].add(line, at: place)
            }
        }
        return runs.map { ShardPiece(document: $0.document, request: $0.request, path: path, isWhole: $0.isWhole) }
    }
}

/// Lines of one clip while they are being read.
private struct LinesOfClip {
    private(set) var document: CaptionDocument
    let request: ClipRequest
    private var hasSummary = false

    struct Kind: Decodable { let type: String }

    var isWhole: Bool { hasSummary && !document.errors.contains { $0.code == CaptionDocument.Problem.interrupted } }

    init(header line: Data, at place: String) throws {
        guard let header = try? JSONDecoder().decode(JSONLines.Header.self, from: line), header.schema == CaptionDocument.currentSchema
        else {
            throw InputError(.invalid, place, found: "another header", expected: "one of \(CaptionDocument.currentSchema)")
        }
        document = CaptionDocument(model: header.model, video: header.video)
        (document.tool, document.leftOut, document.shard) = (header.tool, header.leftOut, header.request.options.shard)
        request = header.request
    }

    mutating func add(_ line: Data, at place: String) throws {
        let kind = try? JSONDecoder().decode(Kind.self, from: line).type
        if !hasSummary, kind == "track", let track = try? JSONDecoder().decode(CaptionDocument.Track.self, from: line) {
            guard !document.tracks.contains(where: { $0.id == track.id }) else {
                throw InputError(.invalid, place, found: "track \(track.id) twice", expected: "each track once")
            }
            document.insert(track)
        } else if !hasSummary, kind == "error", let problem = try? JSONDecoder().decode(CaptionDocument.Problem.self, from: line) {
            document.insert(problem)
        } else if !hasSummary, kind == "summary" {
            hasSummary = true
        } else {
            throw InputError(.invalid, place, found: "something else", expected: "a line of a caption document")
        }
    }
}
