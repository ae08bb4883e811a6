import Foundation
import GRDB
import Masks

/// A full-text search in the captions of all clips.
struct CaptionSearch: Sendable {
    /// Words that a caption must all contain; nil for all captions.
    var text: String?
    var label: String?
    var camera: String?
    /// Start of the time range, in seconds since 1970: the object must be visible at or after it, and before the range's end.
    var from: Double?
    var to: Double?
    var limit = 50
    var offset = 0

    /// A search result: the best matching caption of a track, of its whole or of a part.
    struct Moment: Sendable, Equatable {
        let clip: String
        let clipName: String
        let camera: String?
        let recorded: Double?
        let track: TrackID
        let label: String?
        let name: String?
        let caption: String
        /// Alternating pieces outside and inside of matches; empty without search words.
        let snippet: [String]
        let start: Double
        let end: Double
        let frame: Int
    }

    /// Upper bound on the words of a snippet.
    private static let snippetWords = 16

    /// - Returns: the total number of results, and a page of them, best first; without search words the newest clips first.
    func results(_ database: Database) throws -> (total: Int, moments: [Moment]) {
        var query: String?
        if let text, !text.allSatisfy(\.isWhitespace) {
            query = SearchText.query(text)
            // No caption matches a query without words.
            guard query != nil else { return (0, []) }
        }
        let (conditions, values) = conditions()
        // A name counts more than the words of a caption, which are many.
        let hits = query == nil
            ? "SELECT id, 0.0 AS score, '' AS snippet FROM captions WHERE part = 0"
            : """
            SELECT rowid AS id, bm25(words, 1.0, 1.0, 3.0) AS score, \
            snippet(words, 0, '\(SearchText.matchBegin)', '\(SearchText.matchEnd)', '…', \(Self.snippetWords)) AS snippet \
            FROM words WHERE words MATCH ?
            """
        let sql = """
            WITH hits AS MATERIALIZED (\(hits)), ranked AS (
                SELECT captions.*, tracks.clip, tracks.track AS number, tracks.label, tracks.name, clips.name AS clip_name, clips.camera,
                    clips.recorded, clips.created, hits.score, hits.snippet,
                    row_number() OVER (PARTITION BY tracks.id ORDER BY hits.score, captions.part) AS place
                FROM hits JOIN captions ON captions.id = hits.id JOIN tracks ON tracks.id = captions.track
                JOIN clips ON clips.id = tracks.clip
                \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            )
            SELECT *, count(*) OVER () AS total FROM ranked WHERE place = 1
            ORDER BY score, created DESC, clip, start, id LIMIT ? OFFSET ?
            """
        let rows = try Row.fetchAll(
            database, sql: sql,
            arguments: StatementArguments(([query].compactMap(\.self) as [any DatabaseValueConvertible]) + values + [limit, offset]))
        if rows.isEmpty, offset > 0 {
            var first = self
            (first.offset, first.limit) = (0, 1)
            return (try first.results(database).total, [])
        }
        return (rows.first?["total"] ?? 0, try rows.map(moment))
    }

    private func conditions() -> ([String], [any DatabaseValueConvertible]) {
        var conditions: [String] = [], values: [any DatabaseValueConvertible] = []
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("tracks.label = ? COLLATE NOCASE", label)
        add("clips.camera = ?", camera)
        add("clips.recorded + captions.stop >= ?", from)
        add("clips.recorded + captions.start < ?", to)
        return (conditions, values)
    }

    private func moment(_ row: Row) throws -> Moment {
        let snippet: String = row["snippet"]
        return Moment(
            clip: row["clip"], clipName: row["clip_name"], camera: row["camera"], recorded: row["recorded"],
            track: try JSONDecoder().decode(TrackID.self, from: Data((row["number"] as String).utf8)), label: row["label"],
            name: row["name"], caption: row["text"], snippet: snippet.isEmpty ? [] : SearchText.pieces(snippet), start: row["start"],
            end: row["stop"], frame: row["frame"])
    }
}

extension ClipLibrary {
    func search(_ search: CaptionSearch) throws -> (total: Int, moments: [CaptionSearch.Moment]) {
        try database.read(search.results)
    }
}
