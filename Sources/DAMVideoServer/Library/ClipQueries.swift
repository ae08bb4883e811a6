import Foundation
import GRDB

/// Queries and updates of clips in the database.
extension ClipLibrary {
    func add(_ clip: ClipRecord) throws { try database.write { try clip.insert($0) } }

    /// - Returns: nil if no clip has this id.
    func clip(_ id: String) throws -> ClipRecord? {
        guard ClipID.isValid(id) else { return nil }
        return try database.read { try ClipRecord.fetchOne($0, key: id) }
    }

    /// Clips, newest first, and their total number.
    func clips(
        state: ClipState?, camera: String?, limit: Int, offset: Int
    ) throws -> (total: Int, clips: [ClipRecord]) {
        try database.read { database in
            var request = ClipRecord.all()
            if let state { request = request.filter(Column("state") == state.rawValue) }
            if let camera { request = request.filter(Column("camera") == camera) }
            let page = request.order(Column("created").desc, Column("id")).limit(limit, offset: offset)
            return (try request.fetchCount(database), try page.fetchAll(database))
        }
    }

    func queued() throws -> [ClipRecord] {
        try database.read { database in
            try ClipRecord.filter(Column("state") == ClipState.queued.rawValue).order(Column("created"), Column("id")).fetchAll(database)
        }
    }

    /// Marks the clip that has waited longest as running, and counts an attempt.
    func takeQueued() throws -> ClipRecord? {
        try database.write { database in
            let waiting = ClipRecord.filter(Column("state") == ClipState.queued.rawValue)
            guard var clip = try waiting.order(Column("created"), Column("id")).fetchOne(database) else { return nil }
            clip.state = .running
            clip.attempts += 1
            try clip.update(database)
            return clip
        }
    }

    /// Updates a clip.
    /// - Returns: the updated clip; nil if there is none.
    @discardableResult
    func update(_ id: String, _ change: (inout ClipRecord) -> Void) throws -> ClipRecord? {
        try database.write { database in
            guard var clip = try ClipRecord.fetchOne(database, key: id) else { return nil }
            change(&clip)
            try clip.update(database)
            return clip
        }
    }

    /// Removes a clip whose job has ended, with all its data.
    /// - Returns: false if its job has not ended, or there is no such clip.
    func remove(_ id: String) throws -> Bool {
        let isRemoved = try database.write { database in
            guard let clip = try ClipRecord.fetchOne(database, key: id), clip.state.hasEnded else { return false }
            return try clip.delete(database)
        }
        // Files that cannot be removed now are removed when the library is next opened.
        if isRemoved { try? FileManager.default.removeItem(atPath: files(of: id).path) }
        return isRemoved
    }

    /// Allocates a number for a new track of a clip, which is never reused.
    /// - Parameter least: lower bound, above those of the clip's masks.
    func takeTrackNumber(of id: String, least: Int) throws -> Int {
        var number = least
        _ = try update(id) { clip in
            number = max(least, clip.nextTrack)
            clip.nextTrack = number + 1
        }
        return number
    }
}
