import DAMVideo
import Foundation
import GRDB
import Masks

/// The captions of documents as the database has them to search in.
struct CaptionIndex {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// A track's id as the database has it: JSON, in which the number 1 is another than the name "1".
    static func key(_ track: TrackID) throws -> String {
        String(decoding: try JSONEncoder().encode(track), as: UTF8.self)
    }

    /// Takes all captions of a clip's document in place of those it had.
    func replaceAll(by document: CaptionDocument, of clip: String) throws {
        try database.execute(sql: "DELETE FROM tracks WHERE clip = ?", arguments: [clip])
        for track in document.tracks { try insert(track, of: clip) }
    }

    /// Takes a track in place of the one with its id.
    /// - Parameter entry: nil to remove it.
    func replace(_ track: TrackID, by entry: CaptionDocument.Track?, of clip: String) throws {
        try database.execute(sql: "DELETE FROM tracks WHERE clip = ? AND track = ?", arguments: [clip, try Self.key(track)])
        if let entry { try insert(entry, of: clip) }
    }

    private func insert(_ track: CaptionDocument.Track, of clip: String) throws {
        try database.execute(
            sql: "INSERT INTO tracks (clip, track, label, name) VALUES (?, ?, ?, ?)",
            arguments: [clip, try Self.key(track.id), track.label, track.name])
        let id = database.lastInsertedRowID
        try insert(0, track.caption, track.start, track.end, track.sampled, of: track, id)
        for (number, part) in (track.segments ?? []).enumerated() {
            try insert(number + 1, part.caption, part.start, part.end, part.sampled, of: track, id)
        }
    }

    private func insert(
        _ part: Int, _ text: String, _ start: Double, _ end: Double, _ sampled: [CaptionDocument.Sample],
        of track: CaptionDocument.Track, _ id: Int64
    ) throws {
        // The object is seen best where it is largest.
        let frame = sampled.max { $0.area < $1.area }?.frame ?? track.firstFrame
        try database.execute(
            sql: "INSERT INTO captions (track, part, start, stop, frame, text) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [id, part, start, end, frame, text])
        try database.execute(
            sql: "INSERT INTO words (rowid, text, label, name) VALUES (?, ?, ?, ?)",
            arguments: [database.lastInsertedRowID, SearchText.indexed(text), SearchText.indexed(track.label ?? ""),
                SearchText.indexed(track.name ?? "")])
    }
}
