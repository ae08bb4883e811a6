import Files
import Foundation
import GRDB
import Imaging

/// Database of known events and their outcomes. Used by one process at a time.
final class EventMemory: Sendable {
    /// Seconds that an event is remembered beyond the time range still requested from Frigate.
    private static let longestMemory = 60.0 * 86400

    private let database: DatabaseQueue
    private let claim: OutputClaim

    /// - Throws: `InputError` if the file cannot be used, or another process uses it.
    init(_ path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(.inputOutput, "\(folder): the folder cannot be made: \(error.localizedDescription)")
        }
        claim = try OutputClaim(path)
        database = try Self.translating(path) {
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1") { try $0.execute(sql: Self.version1) }
            try migrator.migrate(queue)
            return queue
        }
        if let after = try after() {
            try database.write {
                try $0.execute(
                    sql: "DELETE FROM events WHERE start < ? AND state NOT IN ('waiting', 'captioned')",
                    arguments: [after - Self.longestMemory])
            }
        }
    }

    /// Events, and the start of the time range last requested from Frigate.
    private static let version1 = """
        CREATE TABLE events (
            id TEXT PRIMARY KEY,
            camera TEXT NOT NULL,
            label TEXT NOT NULL,
            start REAL NOT NULL,
            stop REAL NOT NULL,
            x REAL, y REAL, width REAL, height REAL,
            state TEXT NOT NULL,
            reason TEXT,
            twin TEXT,
            description TEXT,
            tries INTEGER NOT NULL,
            due REAL NOT NULL
        );
        CREATE INDEX events_by_state ON events (state, start);
        CREATE INDEX events_by_place ON events (camera, label, start);
        CREATE INDEX events_by_twin ON events (twin);
        CREATE TABLE listings (after REAL NOT NULL);
        """

    private static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw InputError(.inputOutput, "\(path): cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Start of the time range last requested from Frigate; nil if there was no request.
    func after() throws -> Double? { try database.read { try Double.fetchOne($0, sql: "SELECT max(after) FROM listings") } }

    /// Records that a listing was processed.
    func setAfter(_ time: Double) throws {
        try database.write {
            try $0.execute(sql: "DELETE FROM listings")
            try $0.execute(sql: "INSERT INTO listings (after) VALUES (?)", arguments: [time])
        }
    }

    /// The ids among these that are known.
    func known(_ ids: [String]) throws -> Set<String> {
        try database.read { database in
            try Set(ids.filter { try EventRecord.exists(database, key: $0) })
        }
    }

    func add(_ record: EventRecord) throws { try database.write { try record.insert($0) } }

    func update(_ record: EventRecord) throws { try database.write { try record.update($0) } }

    /// Events of the same camera and label, described or waiting, whose time range is within `gap` of another event's.
    func neighbours(of event: FrigateEvent, end: Double, gap: Double) throws -> [EventRecord] {
        try database.read {
            try EventRecord.fetchAll(
                $0, sql: """
                    SELECT * FROM events WHERE camera = ? AND label = ? AND start <= ? AND stop >= ?
                    AND state IN ('waiting', 'captioned', 'described') ORDER BY start
                    """, arguments: [event.camera, event.label, end + gap, event.start - gap])
        }
    }

    /// The event to process next: unsent descriptions first, then the newest event.
    /// - Parameter now: seconds since 1970.
    func next(now: Double) throws -> EventRecord? {
        try database.read {
            try EventRecord.fetchOne(
                $0, sql: "SELECT * FROM events WHERE state IN ('waiting', 'captioned') AND due <= ? ORDER BY state, start DESC LIMIT 1",
                arguments: [now])
        }
    }

    /// Number of unfinished events, and the time when the first of them is due.
    func left() throws -> (count: Int, due: Double?) {
        try database.read { database in
            let pending = "FROM events WHERE state IN ('waiting', 'captioned')"
            let count = try Int.fetchOne(database, sql: "SELECT count(*) \(pending)") ?? 0
            return (count, try Double.fetchOne(database, sql: "SELECT min(due) \(pending)"))
        }
    }

    /// Ends the processing of an event that gets no description; the first event skipped as being similar to it takes its place.
    func leave(_ record: EventRecord, now: Double) throws {
        try database.write { database in
            try record.update(database)
            guard
                var heir = try EventRecord.fetchOne(
                    database, sql: "SELECT * FROM events WHERE twin = ? AND state = 'skipped' ORDER BY start LIMIT 1",
                    arguments: [record.id])
            else { return }
            try database.execute(sql: "UPDATE events SET twin = ? WHERE twin = ?", arguments: [heir.id, record.id])
            (heir.state, heir.twin, heir.reason, heir.due) = (.waiting, nil, nil, now)
            try heir.update(database)
        }
    }
}

/// A known event and its outcome.
struct EventRecord: Codable, Sendable, Equatable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "events"

    enum State: String, Codable, Sendable, DatabaseValueConvertible {
        /// To be described.
        case waiting
        /// Described, but the description is not sent yet.
        case captioned
        case described
        /// Not to be described.
        case skipped
        /// Could not be described.
        case failed
    }

    let id: String
    let camera: String
    let label: String
    let start: Double
    let stop: Double
    /// The object's box; nil for an event without one.
    let x: Double?
    let y: Double?
    let width: Double?
    let height: Double?
    var state: State
    /// Reason that it was skipped or failed; nil otherwise.
    var reason: String?
    /// Id of the similar event for which it was skipped; nil otherwise.
    var twin: String?
    var description: String?
    /// Number of failed tries.
    var tries = 0
    /// Time of the next try.
    var due: Double

    init(_ event: FrigateEvent, end: Double, state: State, reason: String? = nil, twin: String? = nil, due: Double) {
        (id, camera, label, start, stop) = (event.id, event.camera, event.label, event.start, end)
        (x, y, width, height) = (event.box?.left, event.box?.top, event.box?.width, event.box?.height)
        (self.state, self.reason, self.twin, self.due) = (state, reason, twin, due)
    }

    var box: FrigateEvent.Rectangle? {
        guard let x, let y, let width, let height else { return nil }
        return FrigateEvent.Rectangle(left: x, top: y, width: width, height: height)
    }
}
