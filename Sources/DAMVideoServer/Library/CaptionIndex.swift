import DAMVideo
import Foundation
import GRDB
import Masks

/// Search index of the documents' captions in the database.
struct CaptionIndex {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// A track's id in the database: JSON, which distinguishes the number 1 from the name "1".
    static func key(_ track: TrackID) throws -> String {
        String(decoding: try JSONEncoder().encode(track), as: UTF8.self)
    }

    /// Replaces all captions of a clip by those of its document.
    func replaceAll(by document: CaptionDocument, of clip: String) throws {
        try database.execute(sql: "DELETE FROM tracks WHERE clip = ?", arguments: [clip])
        for track in document.tracks { try insert(track, of: clip) }
    }

    /// Replaces a track.
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
        // The frame with the largest mask shows the object best.
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
