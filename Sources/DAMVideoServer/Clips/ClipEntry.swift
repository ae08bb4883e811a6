import DAMVideo
import Foundation
import Masks

/// Progress on a clip, as sent to clients.
struct ClipProgress: Encodable, Sendable, Equatable {
    enum Stage: String, Encodable, Sendable {
        case waiting, finding, following, decoding, encoding, reading, captioning, rendering, reporting
    }

    var stage: Stage
    var done = 0
    var total: Int?
    var secondsLeft: Double?

    private enum CodingKeys: String, CodingKey {
        case stage, done, total
        case secondsLeft = "seconds_left"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(stage, forKey: .stage)
        try values.encode(done, forKey: .done)
        try values.encode(total, forKey: .total)
        try values.encode(secondsLeft, forKey: .secondsLeft)
    }
}

/// A clip as sent to clients: `Clip` in openapi.yaml.
struct ClipEntry: Encodable, Sendable, Equatable {
    var record: ClipRecord
    /// Nil for a clip whose job has ended.
    var progress: ClipProgress?

    private enum CodingKeys: String, CodingKey {
        case id, name, state, created, camera, recorded, width, height, fps, frames, duration, tracks, progress, error, options
        case tracksDone = "tracks_done"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(record.id, forKey: .id)
        try values.encode(record.name, forKey: .name)
        try values.encode(record.state, forKey: .state)
        try values.encode(DateText.text(record.created), forKey: .created)
        try values.encode(record.camera, forKey: .camera)
        try values.encode(record.recorded.map(DateText.text), forKey: .recorded)
        try values.encode(record.width, forKey: .width)
        try values.encode(record.height, forKey: .height)
        try values.encode(record.fps, forKey: .fps)
        try values.encode(record.frames, forKey: .frames)
        try values.encode(record.duration, forKey: .duration)
        try values.encode(record.tracks, forKey: .tracks)
        try values.encode(record.tracksDone, forKey: .tracksDone)
        try values.encode(progress, forKey: .progress)
        try values.encode(record.error, forKey: .error)
        try values.encode(ClipSettings(stored: record.options), forKey: .options)
    }
}

/// A page of clips.
struct ClipList: Encodable {
    let total: Int
    let clips: [ClipEntry]
}

/// Search results as sent to clients.
struct MomentList: Encodable {
    let total: Int
    let results: [Moment]

    struct Moment: Encodable {
        let moment: CaptionSearch.Moment

        private enum CodingKeys: String, CodingKey { case clip, track, label, name, caption, snippet, start, end, frame, seen }
        private enum ClipKeys: String, CodingKey { case id, name, camera }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            var clip = values.nestedContainer(keyedBy: ClipKeys.self, forKey: .clip)
            try clip.encode(moment.clip, forKey: .id)
            try clip.encode(moment.clipName, forKey: .name)
            try clip.encode(moment.camera, forKey: .camera)
            try values.encode(moment.track, forKey: .track)
            try values.encode(moment.label, forKey: .label)
            try values.encode(moment.name, forKey: .name)
            try values.encode(moment.caption, forKey: .caption)
            try values.encode(moment.snippet, forKey: .snippet)
            try values.encode(moment.start, forKey: .start)
            try values.encode(moment.end, forKey: .end)
            try values.encode(moment.frame, forKey: .frame)
            try values.encode(moment.recorded.map { DateText.text($0 + moment.start) }, forKey: .seen)
        }
    }
}

/// Dates in requests and responses. Source: RFC 3339.
enum DateText {
    /// UTC date and time, with milliseconds if there are any.
    static func text(_ seconds: Double) -> String {
        let milliseconds = (seconds * 1000).rounded()
        let hasFraction = milliseconds.truncatingRemainder(dividingBy: 1000) != 0
        return formatter(hasFraction: hasFraction).string(from: Date(timeIntervalSince1970: milliseconds / 1000))
    }

    /// Seconds since 1970.
    /// - Returns: nil unless the text is a date and time with a UTC offset, or a date, which means midnight UTC.
    static func seconds(_ text: String) -> Double? {
        let text = text.uppercased()
        let whole = text.wholeMatch(of: /\d{4}-\d\d-\d\d/) == nil ? text : text + "T00:00:00Z"
        let date = formatter(hasFraction: false).date(from: whole) ?? formatter(hasFraction: true).date(from: whole)
        return date?.timeIntervalSince1970
    }

    private static func formatter(hasFraction: Bool) -> ISO8601DateFormatter {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = hasFraction ? [.withInternetDateTime, .withFractionalSeconds] : [.withInternetDateTime]
        return formatter
    }
}
