import Imaging

/// The part of a clip to use.
public struct ClipPart: Sendable, Equatable, Codable {
    /// Start in seconds from the start of the clip. Frames keep their numbers and times.
    public var start: Double = 0
    /// Duration in seconds; nil for the rest of the clip.
    public var duration: Double?
    /// Frames per second of a series of stills.
    public var stillRate: Double = 25

    /// Frame rates that a series of stills can have: from one frame in eleven days to that of a fast camera.
    package static let stillRates = 1e-6...1000
    package static let stillRatesText = "more than 0 and at most 1000"

    enum CodingKeys: String, CodingKey {
        case start, duration
        case stillRate = "still_rate"
    }

    public init(start: Double = 0, duration: Double? = nil, stillRate: Double = 25) {
        self.start = start
        self.duration = duration
        self.stillRate = stillRate
    }

    /// The span of time; nil for the whole clip.
    /// - Throws: `InputError` of category `usage` for invalid times.
    package func span() throws -> TimeSpan? {
        guard start != 0 || duration != nil else { return nil }
        if let span = TimeSpan(start: start, duration: duration) { return span }
        throw InputError(
            .usage, "start \(start)\(duration.map { ", duration \($0)" } ?? ""): expected seconds, a duration above 0")
    }
}
