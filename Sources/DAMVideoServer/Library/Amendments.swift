import DAMVideo
import Foundation
import GRDB
import Masks

/// A user's edit of a document: a track's new version, or its removal.
struct Amendment: Sendable, Equatable {
    let track: TrackID
    /// Nil if it is removed.
    let entry: CaptionDocument.Track?
}

extension CaptionDocument {
    /// The document with the edits applied; edits already applied change nothing.
    func amended(_ amendments: [Amendment]) -> CaptionDocument {
        var document = self
        for amendment in amendments {
            document.tracks.removeAll { $0.id == amendment.track }
            if let entry = amendment.entry {
                document.insert(entry)
            } else {
                document.errors.removeAll { $0.track == amendment.track }
            }
        }
        return document
    }
}

/// Edits are stored in the database first, and applied to the document's file once no job writes it, so that none is lost however
/// the process ends.
extension ClipLibrary {
    /// Stores an edit and updates the search index.
    func add(_ amendment: Amendment, to id: String) throws {
        let entry = try amendment.entry.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try database.write { database in
            try database.execute(
                sql: "INSERT INTO amendments (clip, track, entry) VALUES (?, ?, ?)",
                arguments: [id, try CaptionIndex.key(amendment.track), entry])
            try database.execute(sql: "UPDATE clips SET revision = revision + 1 WHERE id = ?", arguments: [id])
            try CaptionIndex(database).replace(amendment.track, by: amendment.entry, of: id)
        }
        guard try clip(id)?.state.hasEnded == true else { return }
        try applyAmendments(to: id)
    }

    /// Edits not yet applied to the document's file, in order.
    func amendments(of id: String) throws -> [Amendment] { try database.read { try Self.amendments(of: id, $0).map(\.amendment) } }

    private static func amendments(of id: String, _ database: Database) throws -> [(id: Int64, amendment: Amendment)] {
        try Row.fetchAll(database, sql: "SELECT id, track, entry FROM amendments WHERE clip = ? ORDER BY id", arguments: [id]).map { row in
            let track = try JSONDecoder().decode(TrackID.self, from: Data((row["track"] as String).utf8))
            let entry = try (row["entry"] as String?).map { try JSONDecoder().decode(CaptionDocument.Track.self, from: Data($0.utf8)) }
            return (row["id"], Amendment(track: track, entry: entry))
        }
    }

    /// Applies a clip's edits to its document's file, and updates the database from the file.
    func applyAmendments(to id: String) throws {
        try documents.withLock {
            guard let document = try files(of: id).readDocument() else { return }
            let open = try database.read { try Self.amendments(of: id, $0) }
            let changed = document.amended(open.map(\.amendment))
            if changed != document { try files(of: id).write(changed) }
            try database.write { database in
                for change in open { try database.execute(sql: "DELETE FROM amendments WHERE id = ?", arguments: [change.id]) }
                try CaptionIndex(database).replaceAll(by: changed, of: id)
                try database.execute(
                    sql: "UPDATE clips SET tracks = ?, tracks_done = ? WHERE id = ?",
                    arguments: [changed.tracks.count, changed.tracks.count, id])
            }
        }
    }
}
