import Foundation
import GRDB

/// State of a clip's job.
enum ClipState: String, Codable, Sendable, CaseIterable, DatabaseValueConvertible {
    case queued, running, finished, failed, cancelled

    /// True if the job is neither running nor queued.
    var hasEnded: Bool { self != .queued && self != .running }
}

/// A clip in the library's database.
struct ClipRecord: Codable, Sendable, Equatable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "clips"

    let id: String
    var name: String
    /// The clip's original name, used in its document.
    let source: String
    /// Path below the media folder; nil for an upload.
    let path: String?
    var state = ClipState.queued
    /// Seconds since 1970, as `recorded`.
    let created: Double
    var camera: String?
    /// Time of the first frame.
    var recorded: Double?
    var width: Int?
    var height: Int?
    var fps: Double?
    var frames: Int?
    var duration: Double?
    var tracks: Int?
    var tracksDone = 0
    var error: String?
    var options: String
    /// File name of the masks in the clip's folder; nil for none.
    let masks: String?
    /// Number of times the job was started without ending or finishing a track.
    var attempts = 0
    /// All track numbers below this one are taken.
    var nextTrack = 0
    /// Number of changes to the document.
    var revision = 0

    enum CodingKeys: String, CodingKey {
        case id, name, source, path, state, created, camera, recorded, width, height, fps, frames, duration, tracks, error, options
        case masks, attempts, revision
        case tracksDone = "tracks_done"
        case nextTrack = "next_track"
    }

    init(
        id: String, name: String, path: String? = nil, created: Date = Date(), camera: String? = nil, recorded: Date? = nil,
        options: String, masks: String? = nil
    ) {
        (self.id, self.name, source, self.path) = (id, name, name, path)
        (self.created, self.camera, self.recorded) = (created.timeIntervalSince1970, camera, recorded?.timeIntervalSince1970)
        (self.options, self.masks) = (options, masks)
    }
}

/// An unguessable id that is safe as a file name.
enum ClipID {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
    /// 26 characters of 5 bits each.
    private static let length = 26

    static func make() -> String {
        // The system's generator is cryptographically secure.
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }

    /// True if a text from a request can be an id.
    static func isValid(_ text: String) -> Bool { text.count == length && text.allSatisfy(letters.contains) }
}
