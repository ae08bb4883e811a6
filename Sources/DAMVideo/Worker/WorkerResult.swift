import Foundation

/// A line of a worker's output.
struct WorkerResult: Encodable, Sendable {
    /// The job's; nil for a line that is none.
    var id: String?
    /// Number of the input line, from 1, where that line was refused.
    var line: Int?
    var description: String?
    var document: CaptionDocument?
    /// Files that captions were written to.
    var files: [String]?
    /// True if some tracks have no caption: the reasons are in the files.
    var someTracksFailed: Bool?
    var error: FailureReport?
    /// Id of a job that was to be cancelled.
    var cancel: String?
    /// True if there was such a job; it ends with a line of its own.
    var found: Bool?
    var heartbeat: Heartbeat?

    private enum CodingKeys: String, CodingKey {
        case id, line, description, document, files, error, cancel, found, heartbeat
        case someTracksFailed = "some_tracks_failed"
    }

    /// A sign of life.
    struct Heartbeat: Encodable, Sendable {
        /// Ids of the jobs at work.
        let running: [String]
        let waiting: Int
        /// Jobs that have ended.
        let ended: Int
    }

    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try ReadableJSON.data(encoder.encode(self)) + Data("\n".utf8)
    }
}
