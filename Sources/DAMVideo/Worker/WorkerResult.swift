import Foundation

/// A line of a worker's output.
struct WorkerResult: Encodable, Sendable {
    /// Id of the job; nil for an invalid line.
    var id: String?
    /// One-based number of a refused input line.
    var line: Int?
    var description: String?
    var document: CaptionDocument?
    /// Files that captions were written to.
    var files: [String]?
    /// True if some tracks have no caption; the files give the reasons.
    var someTracksFailed: Bool?
    var error: FailureReport?
    /// Id of a job to cancel.
    var cancel: String?
    /// True if that job existed; it then ends with its own line.
    var found: Bool?
    var heartbeat: Heartbeat?

    private enum CodingKeys: String, CodingKey {
        case id, line, description, document, files, error, cancel, found, heartbeat
        case someTracksFailed = "some_tracks_failed"
    }

    /// A periodic line that shows the worker is alive.
    struct Heartbeat: Encodable, Sendable {
        /// Ids of the running jobs.
        let running: [String]
        let waiting: Int
        /// Number of finished jobs.
        let ended: Int
    }

    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try ReadableJSON.data(encoder.encode(self)) + Data("\n".utf8)
    }
}
